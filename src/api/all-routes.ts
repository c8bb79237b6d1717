/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { addressGroupActions } from './resources/address-group.ts';
import { agentRoutes } from './resources/agent.ts';
import { autoAllocatedTopologyRoutes } from './resources/auto-allocated-topology.ts';
import { bgpSpeakerActions } from './resources/bgp-speaker-actions.ts';
import { dhcpScheduleRoutes } from './resources/dhcp-schedule.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { firewallPolicyActions } from './resources/firewall-policy.ts';
import { flavorServiceProfileRoutes } from './resources/flavor-service-profiles.ts';
import { floatingipPoolRoutes } from './resources/floatingip-pool.ts';
import { l3AgentSchedulerRoutes } from './resources/l3-agent-scheduler.ts';
import { networkIpAvailabilityRoutes } from './resources/network-ip-availability.ts';
import { portBindingActions } from './resources/port-binding.ts';
import { qosRuleTypeRoutes } from './resources/qos-rule-types.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router-actions.ts';
import { subnetpoolActions } from './resources/subnetpool-actions.ts';
import { trunkActions } from './resources/trunk-actions.ts';

export const allRoutes: readonly Route[] = [
  // Before the resource's own, of which they are a narrower form.
  ...networkIpAvailabilityRoutes,
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...trunkActions,
  ...portBindingActions,
  ...addressGroupActions,
  ...firewallPolicyActions,
  ...bgpSpeakerActions,
  ...subnetpoolActions,
  ...autoAllocatedTopologyRoutes,
  ...agentRoutes,
  ...l3AgentSchedulerRoutes,
  ...flavorServiceProfileRoutes,
  ...floatingipPoolRoutes,
  ...dhcpScheduleRoutes,
  ...qosRuleTypeRoutes,
  ...quotaRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
