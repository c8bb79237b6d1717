/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { agentRoutes } from './resources/agent.ts';
import { availabilityZoneRoutes } from './resources/availability-zones.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { firewallPolicyActions } from './resources/firewall-policy.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router.ts';

export const allRoutes: readonly Route[] = [
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...firewallPolicyActions,
  ...agentRoutes,
  ...quotaRoutes,
  ...availabilityZoneRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
