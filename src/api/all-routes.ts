/** Every resource that the API serves. */
import { type Route, resourceRoutes } from './engine/routes.ts';
import { agent, agentRoutes } from './resources/agent.ts';
import { availabilityZoneRoutes } from './resources/availability-zones.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { floatingip } from './resources/floatingip.ts';
import { network } from './resources/network.ts';
import { networkIpAvailability } from './resources/network-ip-availability.ts';
import { port } from './resources/port.ts';
import { quotaRoutes } from './resources/quota.ts';
import { router, routerActions } from './resources/router.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { subnet } from './resources/subnet.ts';

export const allRoutes: readonly Route[] = [
  ...[
    network,
    subnet,
    port,
    router,
    floatingip,
    securityGroup,
    securityGroupRule,
    agent,
    networkIpAvailability,
  ].flatMap(resourceRoutes),
  ...routerActions,
  ...agentRoutes,
  ...quotaRoutes,
  ...extensionRoutes,
  ...availabilityZoneRoutes,
];
