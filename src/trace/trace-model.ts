import type { FloatingIp, Network, Port, Router, SecurityGroup, Subnet } from '../model/share.ts';

/** What a walk knows of the model, for the facts that no host shows: who owns an address, where a port belongs. */
export interface TraceModel {
  readonly networks: readonly Network[];
  readonly subnets: readonly Subnet[];
  readonly ports: readonly Port[];
  readonly floatingIps: readonly FloatingIp[];
  readonly routers: readonly Router[];
  readonly securityGroups: readonly SecurityGroup[];
}

/** A model of nothing: a walk then goes by what the hosts show alone. */
export const emptyModel: TraceModel = {
  networks: [],
  subnets: [],
  ports: [],
  floatingIps: [],
  routers: [],
  securityGroups: [],
};

/** Device names end in the first 11 characters of a port's id, after `tap`, `qvo`, `qr-` and the like. */
export function portOfDevice(model: TraceModel, device: string): Port | undefined {
  const prefix = /^(?:tap|qbr|qvb|qvo|qr-|qg-|sg-|ha-)(.{11})$/.exec(device)?.[1];
  return prefix === undefined ? undefined : model.ports.find((port) => port.id.startsWith(prefix));
}

/** The port that owns an address on a network, also by an allowed address pair. */
export function portOfAddress(
  model: TraceModel,
  networkId: string,
  ipAddress: string,
): { macAddress: string } | undefined {
  const onNetwork = model.ports.filter((port) => port.networkId === networkId);
  return (
    onNetwork.find((port) => port.fixedIps.some((fixedIp) => fixedIp.ipAddress === ipAddress)) ??
    onNetwork.flatMap((port) => port.allowedAddressPairs).find((pair) => pair.ipAddress === ipAddress)
  );
}

/** A text that may be a port's id, the start of it, or the name of one of its devices: as the start of an id. */
export function idPrefix(text: string): string {
  return text.replace(/^(?:tap|qbr|qvb|qvo|qr-|qg-)/, '');
}

/** The device that is a port: how Neutron names it by its owner. */
export function deviceOfPort(port: Pick<Port, 'id' | 'deviceOwner'>): string {
  const short = port.id.slice(0, 11);
  if (port.deviceOwner === 'network:router_gateway') return `qg-${short}`;
  if (
    port.deviceOwner.startsWith('network:router_interface') ||
    port.deviceOwner === 'network:ha_router_replicated_interface'
  ) {
    return `qr-${short}`;
  }
  return `tap${short}`;
}

/** Whether the port ends in a namespace that Neutron's agents keep, and not in a VM. */
export function isServicePort(deviceOwner: string): boolean {
  return deviceOwner.startsWith('network:');
}
