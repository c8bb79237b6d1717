/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { agentRoutes } from './resources/agent.ts';
import { availabilityZoneRoutes } from './resources/availability-zones.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { flavorServiceProfileRoutes } from './resources/flavor-service-profiles.ts';
import { floatingipPoolRoutes } from './resources/floatingip-pool.ts';
import { l3AgentSchedulerRoutes } from './resources/l3-agent-scheduler.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router-actions.ts';

export const allRoutes: readonly Route[] = [
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...agentRoutes,
  ...l3AgentSchedulerRoutes,
  ...flavorServiceProfileRoutes,
  ...floatingipPoolRoutes,
  ...quotaRoutes,
  ...availabilityZoneRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
