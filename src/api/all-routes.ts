/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { agentRoutes } from './resources/agent.ts';
import { dhcpScheduleRoutes } from './resources/dhcp-schedule.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router.ts';

export const allRoutes: readonly Route[] = [
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...agentRoutes,
  ...dhcpScheduleRoutes,
  ...quotaRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
