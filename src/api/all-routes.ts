/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { addressGroupActions } from './resources/address-group.ts';
import { agentRoutes } from './resources/agent.ts';
import { availabilityZoneRoutes } from './resources/availability-zones.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { portBindingActions } from './resources/port-binding.ts';
import { qosRuleTypeRoutes } from './resources/qos-rule-types.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router.ts';
import { trunkActions } from './resources/trunk-actions.ts';

export const allRoutes: readonly Route[] = [
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...trunkActions,
  ...portBindingActions,
  ...addressGroupActions,
  ...agentRoutes,
  ...qosRuleTypeRoutes,
  ...quotaRoutes,
  ...availabilityZoneRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
