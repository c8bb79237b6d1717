/** How a restarted agent knows an object as its own. What is not ours is never touched. */
import type { Flow, Link, OvsPort } from './host-state.ts';
import { OUR_GROUP, ROOT } from './host-state.ts';

/** Cookie of every flow that the agent writes: `tapline` in ASCII. */
export const OUR_COOKIE = '0x7461706c696e65';

/** The bridges that the agent makes; every other one is the operator's. */
export const OUR_BRIDGES: readonly string[] = ['br-int', 'br-tun'];

/** Key of the external id that marks the bridges and interfaces that the agent made. */
const OUR_EXTERNAL_ID = 'tapline';

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const NAMESPACE = new RegExp(`^(?:qrouter|qdhcp|qlbaas|snat|fip)-${UUID}$`);
const CHAIN = /^neutron-(?:openvswi|l3-agent|dhcp-age|filter-top|postrouting-bottom)/;
const JUMP = /(?:^| )-[jg] (\S+)/;

/** A namespace named by Neutron's prefix and the id of what it is for. */
export function isOurNamespace(name: string): boolean {
  return NAMESPACE.test(name);
}

/** Whether the agent reads and writes everything in it: its own namespaces and, with care, the host's. */
export function isManagedNamespace(name: string): boolean {
  return name === ROOT || isOurNamespace(name);
}

/** A device that the agent made: by its group among the host's, and any in a namespace of ours but what the kernel made. */
export function isOurLink(namespace: string, link: Link): boolean {
  if (namespace === ROOT) return link.group === OUR_GROUP;
  return isOurNamespace(namespace) && link.kind !== 'other';
}

/** A chain named by Neutron's prefixes. */
export function isOurChain(name: string): boolean {
  return CHAIN.test(name);
}

/** A rule of a built-in chain that leads to a chain of ours. */
export function isOurJump(rule: string): boolean {
  return isOurChain(JUMP.exec(rule)?.[1] ?? '');
}

/** A set named by Neutron's prefixes. */
export function isOurIpset(name: string): boolean {
  return /^NIPv[46]/.test(name);
}

/** A bridge or interface that the agent made. */
export function isMarked(externalIds: Readonly<Record<string, string>> | undefined): boolean {
  return externalIds?.[OUR_EXTERNAL_ID] === 'true';
}

/** External ids with the mark of what the agent makes. */
export function marked(externalIds: Readonly<Record<string, string>> | undefined): Readonly<Record<string, string>> {
  return { ...externalIds, [OUR_EXTERNAL_ID]: 'true' };
}

/** A flow that the agent wrote. What the switch learned from it has a timeout and goes by itself. */
export function isOurFlow(flow: Flow): boolean {
  return flow.cookie === OUR_COOKIE && !isLearned(flow);
}

/** A flow that the switch itself made and will forget. */
export function isLearned(flow: Flow): boolean {
  return flow.hardTimeout !== undefined || flow.idleTimeout !== undefined;
}

/** Routes that came with an address or an advertisement are the kernel's. */
export function isOurRoute(protocol: string | undefined): boolean {
  return protocol !== 'kernel' && protocol !== 'ra';
}

/** An internal port's device stands in the host's own namespace until it is moved. */
export function isInternal(port: OvsPort | undefined): boolean {
  return port?.type === 'internal';
}
