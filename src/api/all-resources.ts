/** Every resource that the API serves. */
import type { Resource } from './engine/resource.ts';
import { addressGroup } from './resources/address-group.ts';
import { agent } from './resources/agent.ts';
import { defaultSecurityGroupRule } from './resources/default-security-group-rule.ts';
import { defaultStatefulness } from './resources/default-statefulness.ts';
import { floatingip } from './resources/floatingip.ts';
import { localIp } from './resources/local-ip.ts';
import { localIpAssociation } from './resources/local-ip-association.ts';
import { log, loggableResource } from './resources/log.ts';
import { meteringLabel } from './resources/metering-label.ts';
import { meteringLabelRule } from './resources/metering-label-rule.ts';
import { network } from './resources/network.ts';
import { networkIpAvailability } from './resources/network-ip-availability.ts';
import { port } from './resources/port.ts';
import { portBinding } from './resources/port-binding.ts';
import { qosPolicy } from './resources/qos-policy.ts';
import { qosRuleAliases, qosRules } from './resources/qos-rules.ts';
import { rbacPolicy } from './resources/rbac-policy.ts';
import { router } from './resources/router.ts';
import { securityGroup } from './resources/security-group.ts';
import { securityGroupRule } from './resources/security-group-rule.ts';
import { subnet } from './resources/subnet.ts';
import { trunk } from './resources/trunk.ts';

export const allResources: readonly Resource[] = [
  network,
  subnet,
  port,
  router,
  floatingip,
  securityGroup,
  securityGroupRule,
  agent,
  networkIpAvailability,
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
  rbacPolicy,
  addressGroup,
  defaultSecurityGroupRule,
  defaultStatefulness,
];
