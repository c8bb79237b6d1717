import { isInCidr } from '../model/addresses.ts';
import { type Journey, namespaceAt } from './journey.ts';
import { portOfAddress, portOfDevice } from './trace-model.ts';

/** Who answers ARP or neighbour discovery for an address. */
export type NeighbourAnswer =
  | { readonly kind: 'known'; readonly macAddress: string; readonly from: 'neighbour table' | 'model' | 'device' }
  /** Someone outside, whom no state shows. */
  | { readonly kind: 'outside' }
  | { readonly kind: 'nobody' };

/**
 * Finds the MAC of a next hop behind a namespace's device: what the kernel has learned, else the port that the model gives the
 * address, else a device of a known host that holds it. Behind an external network strangers may answer.
 */
export function findNeighbour(
  journey: Journey,
  host: string,
  namespaceName: string,
  device: string,
  ipAddress: string,
): NeighbourAnswer {
  const learned = namespaceAt(journey, host, namespaceName)?.neighbours?.find(
    (neighbour) => neighbour.dev === device && neighbour.ipAddress === ipAddress,
  );
  if (
    learned !== undefined &&
    learned.macAddress !== '' &&
    learned.state !== 'FAILED' &&
    learned.state !== 'INCOMPLETE'
  ) {
    return { kind: 'known', macAddress: learned.macAddress, from: 'neighbour table' };
  }
  const network = portOfDevice(journey.model, device)?.networkId;
  const port = network === undefined ? undefined : portOfAddress(journey.model, network, ipAddress);
  if (port !== undefined) return { kind: 'known', macAddress: port.macAddress, from: 'model' };
  const external = journey.model.networks.find((candidate) => candidate.id === network)?.external;
  if (external === false) return { kind: 'nobody' };
  const holder = holderOf(journey, ipAddress);
  return holder === undefined ? { kind: 'outside' } : { kind: 'known', macAddress: holder.macAddress, from: 'device' };
}

/** A device in a namespace of some host that holds an address and would answer for it. */
export function holderOf(
  journey: Pick<Journey, 'states'>,
  ipAddress: string,
):
  | { readonly host: string; readonly namespace: string; readonly device: string; readonly macAddress: string }
  | undefined {
  for (const [host, state] of Object.entries(journey.states)) {
    for (const [namespace, { links }] of Object.entries(state.namespaces)) {
      if (namespace === '') continue;
      for (const [device, link] of Object.entries(links)) {
        const held = device.startsWith('q') && link.addresses.some((address) => address.split('/')[0] === ipAddress);
        if (held && link.macAddress !== undefined) return { host, namespace, device, macAddress: link.macAddress };
      }
    }
  }
  return undefined;
}

/** Whether an address is in some subnet of an external network. */
export function isExternalAddress(journey: Pick<Journey, 'model'>, ipAddress: string): boolean {
  const external = new Set(journey.model.networks.filter((network) => network.external).map((network) => network.id));
  return journey.model.subnets.some((subnet) => external.has(subnet.networkId) && isInCidr(ipAddress, subnet.cidr));
}

/** MAC of a stranger. Locally administered, so that no port has it; it floods like any MAC that nobody learned. */
export const strangerMac = '02:00:00:00:00:01';
