import { conflict, missing, wrong } from './api-error.ts';

const bad = (message: string) => wrong('BadRequest', `Bad port_forwarding request: ${message}.`);

/** Errors of forwarded ports of floating IPs. */
export const portForwardingErrors = {
  bad,
  notFound: (id: string) => missing('PortForwardingNotFound', `Port Forwarding ${id} could not be found.`),
  floatingIpInUse: (id: string) =>
    conflict('FipInUseByPortForwarding', `Floating IP ${id} in use by Port Forwarding resources.`),
  portHasFloatingIp: (
    port: { readonly portId: string; readonly fixedIp: string },
    fip: { readonly id: string; readonly address: string },
  ) =>
    conflict(
      'PortHasBindingFloatingIP',
      `Cannot create port forwarding to floating IP ${fip.address} (${fip.id}) with port ${port.portId} using fixed IP ${port.fixedIp}, as that port already has a binding floating IP.`,
    ),
  duplicate: (which: 'internal' | 'external', range: string) =>
    bad(
      `A duplicate port forwarding entry with same attributes already exists, there is a port collision with the ${which}_port_range ${range}`,
    ),
  ranges: () =>
    bad(
      'Invalid ranges of internal and/or external ports. The relation between internal and external ports must be N-N or 1-N',
    ),
} as const;
