/** Every resource that the API serves. */
import { type Route, resourceRoutes } from './engine/routes.ts';
import { network } from './resources/network.ts';
import { port } from './resources/port.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { subnet } from './resources/subnet.ts';

export const allRoutes: readonly Route[] = [network, subnet, port, securityGroup, securityGroupRule].flatMap(
  resourceRoutes,
);
