/** Every path that the API serves. */
import { allResources } from './all-resources.ts';
import { type Route, resourceRoutes } from './engine/routes.ts';
import { agentRoutes } from './resources/agent.ts';
import { autoAllocatedTopologyRoutes } from './resources/auto-allocated-topology.ts';
import { availabilityZoneRoutes } from './resources/availability-zones.ts';
import { bgpSpeakerActions } from './resources/bgp-speaker-actions.ts';
import { extensionRoutes } from './resources/extensions.ts';
import { firewallPolicyActions } from './resources/firewall-policy.ts';
import { networkIpAvailabilityRoutes } from './resources/network-ip-availability.ts';
import { quotaRoutes } from './resources/quota.ts';
import { routerActions } from './resources/router.ts';
import { subnetpoolActions } from './resources/subnetpool-actions.ts';

export const allRoutes: readonly Route[] = [
  // Before the resource's own, of which they are a narrower form.
  ...networkIpAvailabilityRoutes,
  ...allResources.flatMap(resourceRoutes),
  ...routerActions,
  ...firewallPolicyActions,
  ...bgpSpeakerActions,
  ...subnetpoolActions,
  ...autoAllocatedTopologyRoutes,
  ...agentRoutes,
  ...quotaRoutes,
  ...availabilityZoneRoutes,
  ...extensionRoutes(allResources.flatMap((resource) => resource.extensions)),
];
