/** Every resource that the API serves. */
import type { Resource } from './engine/resource.ts';
import { addressScope } from './resources/address-scope.ts';
import { agent } from './resources/agent.ts';
import { availabilityZone } from './resources/availability-zone.ts';
import { floatingip } from './resources/floatingip.ts';
import { network } from './resources/network.ts';
import { networkIpAvailability } from './resources/network-ip-availability.ts';
import { networkSegmentRange } from './resources/network-segment-range.ts';
import { port } from './resources/port.ts';
import { router } from './resources/router.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { segment } from './resources/segment.ts';
import { subnet } from './resources/subnet.ts';
import { subnetpool } from './resources/subnetpool.ts';

export const allResources: readonly Resource[] = [
  network,
  subnet,
  subnetpool,
  addressScope,
  port,
  router,
  floatingip,
  securityGroup,
  securityGroupRule,
  agent,
  availabilityZone,
  networkIpAvailability,
  segment,
  networkSegmentRange,
];
