import type { Network, Port, Share, Subnet } from '../model/share.ts';
import { qvoName } from './device-names.ts';
import { isTunnelType } from './flow-tables.ts';
import type { Plug, Wiring } from './wiring.ts';

/** A network that this host carries, with the VLAN that stands for it on br-int. */
export interface LocalNetwork {
  readonly network: Network;
  readonly vlan: number;
}

/** A port whose workload is on this host: plugged by us, or attached by someone else. */
export interface VmPort {
  readonly id: string;
  /** Undefined where the model no longer has it. */
  readonly port: Port | undefined;
  /** Its port on br-int. */
  readonly ovsPort: string;
  /** Null where it must not forward: unknown, bound elsewhere, down, or in a network that this host cannot carry. */
  readonly local: LocalNetwork | null;
  readonly plug: Plug | undefined;
  /** Whether a Linux bridge of its own stands before br-int, with rules and limits. */
  readonly isHybrid: boolean;
}

/** A share and a wiring, indexed once for all features. Everything is in the order of ids, so that the same model compiles the same. */
export interface HostView {
  readonly share: Share;
  readonly wiring: Wiring;
  /** Networks that this host carries, by id. */
  readonly networks: ReadonlyMap<string, LocalNetwork>;
  readonly subnetsOf: ReadonlyMap<string, readonly Subnet[]>;
  readonly portsOf: ReadonlyMap<string, readonly Port[]>;
  readonly vmPorts: readonly VmPort[];
}

export function viewHost(share: Share, wiring: Wiring): HostView {
  const networks = new Map<string, LocalNetwork>();
  for (const network of sorted(share.network)) {
    const vlan = wiring.localVlans[network.id];
    if (vlan !== undefined && network.adminStateUp && isCarried(network, wiring)) {
      networks.set(network.id, { network, vlan });
    }
  }
  return {
    share,
    wiring,
    networks,
    subnetsOf: byNetwork(sorted(share.subnet)),
    portsOf: byNetwork(sorted(share.port)),
    vmPorts: vmPorts(share, wiring, networks),
  };
}

/** The network that a port of this host is live in, or null where the port must not forward. */
export function liveNetwork(
  port: Port | undefined,
  wiring: Wiring,
  networks: ReadonlyMap<string, LocalNetwork>,
): LocalNetwork | null {
  if (port === undefined || port.host !== wiring.host || !port.adminStateUp) return null;
  return networks.get(port.networkId) ?? null;
}

/** Ports of Neutron's own services, which are trusted: no guard, no security group, no plug. */
export function isServicePort(port: Port): boolean {
  return port.deviceOwner.startsWith('network:');
}

function isCarried(network: Network, wiring: Wiring): boolean {
  if (network.networkType === 'local') return true;
  if (isTunnelType(network.networkType)) return wiring.localIp !== null && network.segmentationId !== null;
  if (network.physicalNetwork === null || !Object.hasOwn(wiring.bridgeMappings, network.physicalNetwork)) return false;
  return network.networkType === 'flat' || network.segmentationId !== null;
}

function vmPorts(share: Share, wiring: Wiring, networks: ReadonlyMap<string, LocalNetwork>): readonly VmPort[] {
  const ids = new Set([...Object.keys(wiring.plugs), ...Object.keys(wiring.attached)]);
  return [...ids].sort().flatMap((id): readonly VmPort[] => {
    const port = share.port[id];
    const plug = wiring.plugs[id];
    const attached = wiring.attached[id];
    if (port !== undefined && isServicePort(port)) return [];
    if (plug !== undefined) {
      if (port === undefined || share.network[port.networkId] === undefined) return [];
      return [{ id, port, plug, ovsPort: qvoName(id), isHybrid: true, local: liveNetwork(port, wiring, networks) }];
    }
    if (attached === undefined) return [];
    const live = liveNetwork(port, wiring, networks);
    // Security groups stand on the bridge, so a port that someone put straight into br-int must not forward where it has some.
    const isHybrid = attached === qvoName(id);
    const local = isHybrid || !port?.portSecurityEnabled ? live : null;
    return [{ id, port, plug, ovsPort: attached, isHybrid, local }];
  });
}

function sorted<Value extends { readonly id: string }>(values: Readonly<Record<string, Value>>): readonly Value[] {
  return Object.values(values).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}

function byNetwork<Value extends { readonly networkId: string }>(values: readonly Value[]) {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(value.networkId);
    if (group === undefined) groups.set(value.networkId, [value]);
    else group.push(value);
  }
  return groups;
}

/** A port on this host whose packets its security groups decide on. */
export interface FilteredPort extends VmPort {
  readonly port: Port;
}

/** The ports with port security, whether live or not: what may not forward is closed twice. */
export function filteredPorts({ vmPorts }: HostView): readonly FilteredPort[] {
  return vmPorts.flatMap((vmPort) =>
    vmPort.port?.portSecurityEnabled === true ? [{ ...vmPort, port: vmPort.port }] : [],
  );
}
