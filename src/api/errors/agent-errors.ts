import { conflict, missing } from './api-error.ts';

/** Errors of agents, of what is scheduled to them, and of availability zones. */
export const agentErrors = {
  notDhcp: (id: string) => missing('InvalidDHCPAgent', `Agent ${id} is not a valid DHCP Agent or has been disabled.`),
  hosted: (networkId: string, agentId: string) =>
    conflict(
      'NetworkHostedByDHCPAgent',
      `The network ${networkId} has been already hosted by the DHCP Agent ${agentId}.`,
    ),
  notHosted: (networkId: string, agentId: string) =>
    conflict('NetworkNotHostedByDhcpAgent', `The network ${networkId} is not hosted by the DHCP Agent ${agentId}.`),
  zoneNotFound: (name: string) => missing('AvailabilityZoneNotFound', `AvailabilityZone ${name} could not be found.`),
} as const;
