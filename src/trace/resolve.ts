import { isInCidr, parseAddress } from '../model/addresses.ts';
import type { Port } from '../model/share.ts';
import type { Endpoint } from './line.ts';
import { deviceOfPort, idPrefix, type TraceModel } from './trace-model.ts';

/** What a text names, or why it cannot be told. `candidates` are what it could mean. */
export type Resolution =
  | { readonly kind: 'found'; readonly endpoint: Endpoint }
  | { readonly kind: 'unclear'; readonly message: string; readonly candidates: readonly string[] };

/**
 * Finds an end of a line by a port's id or the start of it, its name, MAC, fixed IP or floating IP; any other address is outside.
 *
 * Addresses can overlap between networks: `network` (id or name) says which one is meant.
 */
export function resolveEndpoint(model: TraceModel, text: string, network?: string): Resolution {
  const networkIds = network === undefined ? null : networksNamed(model, network);
  if (networkIds !== null && networkIds.length === 0)
    return { kind: 'unclear', message: `no network ${network}`, candidates: [] };
  const ports = model.ports.filter((port) => networkIds === null || networkIds.includes(port.networkId));
  const address = parseAddress(text);
  if (address !== null) return resolveAddress(model, ports, text);
  for (const matcher of [byId, byName, byMac, byIdPrefix]) {
    const found = ports.filter((port) => matcher(port, text));
    if (found.length > 0) return onlyOne(model, found, text, null);
  }
  return { kind: 'unclear', message: `no port, address or floating IP is ${text}`, candidates: similar(model, text) };
}

function networksNamed(model: TraceModel, text: string): readonly string[] {
  return model.networks.filter(({ id, name }) => id === text || name === text).map(({ id }) => id);
}

function byId(port: Port, text: string): boolean {
  return port.id === text;
}

function byName(port: Port, text: string): boolean {
  return port.name === text;
}

function byMac(port: Port, text: string): boolean {
  return port.macAddress === text.toLowerCase();
}

/** Also by a device name, such as `tap5afb5e46-37`. */
function byIdPrefix(port: Port, text: string): boolean {
  const prefix = idPrefix(text);
  return prefix.length >= 4 && port.id.startsWith(prefix);
}

function resolveAddress(model: TraceModel, ports: readonly Port[], text: string): Resolution {
  const floating = model.floatingIps.find((floatingIp) => floatingIp.floatingIpAddress === text);
  const behind = floating === undefined ? undefined : model.ports.find((port) => port.id === floating.portId);
  if (behind !== undefined)
    return { kind: 'found', endpoint: endpointOf(model, behind, floating?.fixedIpAddress ?? null, text) };
  const owners = ports.filter((port) => port.fixedIps.some((fixedIp) => fixedIp.ipAddress === text));
  const others = owners.filter((port) => port.deviceOwner !== 'network:floatingip');
  if (others.length > 0) return onlyOne(model, others, text, text);
  const paired = ports.filter((port) => port.allowedAddressPairs.some((pair) => pair.ipAddress === text));
  if (paired.length > 0) return onlyOne(model, paired, text, text);
  return resolveStranger(model, text);
}

/** An address that no port has is outside, unless it lies in a tenant's subnet: there it is nobody's. */
function resolveStranger(model: TraceModel, text: string): Resolution {
  const external = new Set(model.networks.filter((network) => network.external).map((network) => network.id));
  const subnet = model.subnets.find(
    (candidate) => !external.has(candidate.networkId) && isInCidr(text, candidate.cidr),
  );
  if (subnet === undefined) return { kind: 'found', endpoint: { kind: 'outside', name: text, ipAddress: text } };
  const neighbours = model.ports.filter((port) => port.fixedIps.some((fixedIp) => fixedIp.subnetId === subnet.id));
  return {
    kind: 'unclear',
    message: `no port has ${text}, which lies in subnet ${subnet.name || subnet.id} (${subnet.cidr})`,
    candidates: neighbours.slice(0, 10).map((port) => candidateText(model, port)),
  };
}

function onlyOne(model: TraceModel, found: readonly Port[], text: string, ipAddress: string | null): Resolution {
  const [port] = found;
  if (port !== undefined && found.length === 1) {
    return { kind: 'found', endpoint: endpointOf(model, port, ipAddress, ipAddress) };
  }
  const message = `${text} is not one port but ${found.length}; name its id or its network`;
  return {
    kind: 'unclear',
    message,
    candidates: found.slice(0, 10).map((candidate) => candidateText(model, candidate)),
  };
}

function candidateText(model: TraceModel, port: Port): string {
  const network = model.networks.find((candidate) => candidate.id === port.networkId)?.name ?? port.networkId;
  const addresses = port.fixedIps.map((fixedIp) => fixedIp.ipAddress).join(' ');
  return `${port.id} ${port.name} ${addresses} on ${network}`.replaceAll(/ +/g, ' ');
}

function similar(model: TraceModel, text: string): readonly string[] {
  const wanted = text.toLowerCase();
  return model.ports
    .filter(
      (port) =>
        port.name !== '' && (port.name.toLowerCase().includes(wanted) || wanted.includes(port.name.toLowerCase())),
    )
    .slice(0, 10)
    .map((port) => candidateText(model, port));
}

/** The end that a port is. `ipAddress` picks one of its fixed IPs, `address` is what the question names it by. */
export function endpointOf(model: TraceModel, port: Port, ipAddress: string | null, address: string | null): Endpoint {
  const first = port.fixedIps.find((fixedIp) => !fixedIp.ipAddress.includes(':')) ?? port.fixedIps[0];
  const fixedIp = ipAddress ?? first?.ipAddress ?? '';
  const floating = model.floatingIps.find(
    (candidate) => candidate.portId === port.id && (fixedIp === '' || candidate.fixedIpAddress === fixedIp),
  );
  return {
    kind: 'port',
    name: port.name === '' ? port.id.slice(0, 11) : port.name,
    portId: port.id,
    networkId: port.networkId,
    macAddress: port.macAddress,
    ipAddress: fixedIp,
    floatingIpAddress: floating?.floatingIpAddress ?? null,
    address: address ?? fixedIp,
    host: port.host,
    device: deviceOfPort(port),
    deviceOwner: port.deviceOwner,
  };
}

/** From outside, a port that has a floating IP is meant by it. */
export function addressedFrom(from: Endpoint, to: Endpoint): Endpoint {
  if (from.kind === 'port' || to.kind === 'outside' || to.address !== to.ipAddress) return to;
  return { ...to, address: to.floatingIpAddress ?? to.ipAddress };
}
