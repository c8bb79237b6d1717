/** Every resource that the API serves. */
import type { Resource } from './engine/resource.ts';
import { addressGroup } from './resources/address-group.ts';
import { addressScope } from './resources/address-scope.ts';
import { agent } from './resources/agent.ts';
import { availabilityZone } from './resources/availability-zone.ts';
import { bgpPeer } from './resources/bgp-peer.ts';
import { bgpSpeaker } from './resources/bgp-speaker.ts';
import { conntrackHelper } from './resources/conntrack-helper.ts';
import { defaultSecurityGroupRule } from './resources/default-security-group-rule.ts';
import { defaultStatefulness } from './resources/default-statefulness.ts';
import { firewallGroup } from './resources/firewall-group.ts';
import { firewallPolicy } from './resources/firewall-policy.ts';
import { firewallRule } from './resources/firewall-rule.ts';
import { flavor } from './resources/flavor.ts';
import { floatingip } from './resources/floatingip.ts';
import { floatingipPool } from './resources/floatingip-pool.ts';
import { localIp } from './resources/local-ip.ts';
import { localIpAssociation } from './resources/local-ip-association.ts';
import { log, loggableResource } from './resources/log.ts';
import { meteringLabel } from './resources/metering-label.ts';
import { meteringLabelRule } from './resources/metering-label-rule.ts';
import { ndpProxy } from './resources/ndp-proxy.ts';
import { network } from './resources/network.ts';
import { networkIpAvailability } from './resources/network-ip-availability.ts';
import { networkSegmentRange } from './resources/network-segment-range.ts';
import { port } from './resources/port.ts';
import { portBinding } from './resources/port-binding.ts';
import { portForwarding } from './resources/port-forwarding.ts';
import { qosPolicy } from './resources/qos-policy.ts';
import { qosRuleAliases, qosRules } from './resources/qos-rules.ts';
import { rbacPolicy } from './resources/rbac-policy.ts';
import { router } from './resources/router.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { segment } from './resources/segment.ts';
import { serviceProfile } from './resources/service-profile.ts';
import { serviceProvider } from './resources/service-provider.ts';
import { subnet } from './resources/subnet.ts';
import { subnetpool } from './resources/subnetpool.ts';
import { tapFlow } from './resources/tap-flow.ts';
import { tapMirror } from './resources/tap-mirror.ts';
import { tapService } from './resources/tap-service.ts';
import { trunk } from './resources/trunk.ts';

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
  rbacPolicy,
  addressGroup,
  defaultSecurityGroupRule,
  defaultStatefulness,
  conntrackHelper,
  flavor,
  floatingipPool,
  ndpProxy,
  portForwarding,
  serviceProfile,
  serviceProvider,
  segment,
  networkSegmentRange,
  portBinding,
  qosPolicy,
  ...qosRules,
  ...qosRuleAliases,
  trunk,
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
