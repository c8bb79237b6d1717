/** Devices, addresses, routes and neighbours of a namespace, changed and read back by the kernel's own calls. */
import { closeSync, readdirSync } from 'node:fs';
import { ROOT, type Shaper } from '../../host/host-state.ts';
import { KernelRefused, Libc } from './libc.ts';
import { farNamespaceIds, type NamespaceLinks, readReplies } from './link-reply.ts';
import type { LinkRequest } from './link-request.ts';
import { attribute, readAttributes, readText, uint32 } from './netlink-message.ts';
import { RouteSocket } from './route-socket.ts';
import { linkAttribute, message, namespaceAttribute } from './rtnetlink.ts';
import { readShapers } from './shaper-bytes.ts';

/**
 * Carries requests out in order, each whether or not those before it failed. Returns by their places what was said of those
 * that did. Throws `KernelRefused` where there is no such namespace.
 */
export async function changeLinks(
  namespace: string,
  requests: readonly LinkRequest[],
): Promise<ReadonlyMap<number, string>> {
  if (requests.length === 0) return new Map();
  using socket = RouteSocket.open(await Libc.load(), namespace);
  // The socket is closed when this ends.
  return await socket.carryOut(requests);
}

/** Throws `KernelRefused`, also where the namespace is gone. */
export async function readNamespaceLinks(namespace: string): Promise<NamespaceLinks> {
  const libc = await Libc.load();
  using socket = RouteSocket.open(libc, namespace);
  const head = Buffer.alloc(16);
  const links = await socket.dump(
    message.getLink,
    Buffer.concat([head, attribute(linkAttribute.extendedMask, uint32(WITHOUT_STATISTICS))]),
  );
  const addresses = await socket.dump(message.getAddress, head.subarray(0, 8));
  const routes = await socket.dump(message.getRoute, head.subarray(0, 12));
  const neighbours = await socket.dump(message.getNeighbour, head.subarray(0, 12));
  const names = await namesOf(farNamespaceIds(links), socket, libc);
  return readReplies({ links, addresses, routes, neighbours }, names);
}

/** The named namespaces that the host's own knows by number. */
export async function namespaceNumbers(): Promise<ReadonlyMap<number, string>> {
  const libc = await Libc.load();
  using socket = RouteSocket.open(libc, ROOT);
  return await numbersOf(listNamespaces(), socket, libc);
}

/** The named network namespaces. */
export function listNamespaces(): readonly string[] {
  try {
    return readdirSync('/run/netns');
  } catch {
    return [];
  }
}

/** Our shapers with their counters, by device. Throws `KernelRefused`. */
export async function readNamespaceShapers(namespace: string): Promise<Readonly<Record<string, Shaper>>> {
  using socket = RouteSocket.open(await Libc.load(), namespace);
  const shapers = readShapers(await socket.dump(message.getQueue, Buffer.alloc(20)));
  if (shapers.size === 0) return {};
  const numbers = [...shapers.keys()];
  const questions = numbers.map((index) => Buffer.concat([uint32(0), uint32(index), Buffer.alloc(8)]));
  const answers = await socket.ask(message.getLink, questions);
  return Object.fromEntries(
    answers.flatMap((answer, n) => {
      const name = readAttributes(answer?.body ?? Buffer.alloc(0), 16).get(linkAttribute.name);
      const shaper = shapers.get(numbers[n] ?? 0);
      return name === undefined || shaper === undefined ? [] : [[readText(name), shaper] as const];
    }),
  );
}

/** Whether transmit checksumming is on, of those of the devices that say so. Throws `KernelRefused`. */
export async function readOffload(
  namespace: string,
  devices: readonly string[],
): Promise<ReadonlyMap<string, boolean>> {
  const offload = new Map<string, boolean>();
  await tryEach(namespace, devices, (socket, device) => offload.set(device, socket.hasTxChecksum(device)));
  return offload;
}

/** Switches it off. Returns by their places what was said of those where that failed. Throws `KernelRefused`. */
export function switchOffOffload(namespace: string, devices: readonly string[]): Promise<ReadonlyMap<number, string>> {
  return tryEach(namespace, devices, (socket, device) => socket.switchOffTxChecksum(device));
}

/** Does something for each device, and returns by their places what was said of those where that failed. */
async function tryEach(
  namespace: string,
  devices: readonly string[],
  work: (socket: RouteSocket, device: string) => unknown,
): Promise<ReadonlyMap<number, string>> {
  using socket = RouteSocket.open(await Libc.load(), namespace);
  const failures = new Map<number, string>();
  for (const [place, device] of devices.entries()) {
    try {
      work(socket, device);
    } catch (error) {
      if (!(error instanceof KernelRefused)) throw error;
      failures.set(place, error.message);
    }
  }
  return failures;
}

const WITHOUT_STATISTICS = 8;
/** So many files are open at a time. */
const ABREAST = 100;

/** Most devices of a workload lead to the host itself, which is asked for first. */
async function namesOf(
  ids: ReadonlySet<number>,
  socket: RouteSocket,
  libc: Libc,
): Promise<ReadonlyMap<number, string>> {
  if (ids.size === 0) return new Map();
  const host = await numbersOf([ROOT], socket, libc);
  if ([...ids].every((id) => host.has(id))) return host;
  return new Map([...host, ...(await numbersOf(listNamespaces(), socket, libc))]);
}

async function numbersOf(
  namespaces: readonly string[],
  socket: RouteSocket,
  libc: Libc,
): Promise<ReadonlyMap<number, string>> {
  const numbers = new Map<number, string>();
  for (let start = 0; start < namespaces.length; start += ABREAST) {
    const files: (readonly [file: number, namespace: string])[] = [];
    try {
      for (const namespace of namespaces.slice(start, start + ABREAST)) {
        const file = openIfThere(libc, namespace);
        if (file !== undefined) files.push([file, namespace]);
      }
      const questions = files.map(([file]) =>
        Buffer.concat([uint32(0), attribute(namespaceAttribute.file, uint32(file))]),
      );
      for (const [n, answer] of (await socket.ask(message.getNamespaceId, questions)).entries()) {
        const number =
          readAttributes(answer?.body ?? Buffer.alloc(0), 4)
            .get(namespaceAttribute.id)
            ?.readInt32LE() ?? -1;
        const namespace = files[n]?.[1];
        if (number >= 0 && namespace !== undefined) numbers.set(number, namespace);
      }
    } finally {
      for (const [file] of files) closeSync(file);
    }
  }
  return numbers;
}

/** A namespace can go at any moment. */
function openIfThere(libc: Libc, namespace: string): number | undefined {
  try {
    return libc.openNamespace(namespace);
  } catch (error) {
    if (error instanceof KernelRefused) return undefined;
    throw error;
  }
}
