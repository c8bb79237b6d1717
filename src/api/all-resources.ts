/** Every resource that the API serves. */
import type { Resource } from './engine/resource.ts';
import { addressScope } from './resources/address-scope.ts';
import { agent } from './resources/agent.ts';
import { bgpPeer } from './resources/bgp-peer.ts';
import { bgpSpeaker } from './resources/bgp-speaker.ts';
import { firewallGroup } from './resources/firewall-group.ts';
import { firewallPolicy } from './resources/firewall-policy.ts';
import { firewallRule } from './resources/firewall-rule.ts';
import { floatingip } from './resources/floatingip.ts';
import { localIp } from './resources/local-ip.ts';
import { localIpAssociation } from './resources/local-ip-association.ts';
import { log, loggableResource } from './resources/log.ts';
import { meteringLabel } from './resources/metering-label.ts';
import { meteringLabelRule } from './resources/metering-label-rule.ts';
import { network } from './resources/network.ts';
import { networkIpAvailability } from './resources/network-ip-availability.ts';
import { port } from './resources/port.ts';
import { router } from './resources/router.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { subnet } from './resources/subnet.ts';
import { subnetpool } from './resources/subnetpool.ts';
import { tapFlow } from './resources/tap-flow.ts';
import { tapMirror } from './resources/tap-mirror.ts';
import { tapService } from './resources/tap-service.ts';

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
  networkIpAvailability,
  meteringLabel,
  meteringLabelRule,
  log,
  loggableResource,
  localIp,
  localIpAssociation,
  firewallGroup,
  firewallPolicy,
  firewallRule,
  bgpSpeaker,
  bgpPeer,
  tapService,
  tapFlow,
  tapMirror,
];
