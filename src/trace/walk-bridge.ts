import { ROOT } from '../host/host-state.ts';
import { parseRule } from '../host/iptables.ts';
import { type BridgeCrossing, crossBridge } from './bridge.ts';
import type { RuleStep } from './iptables.ts';
import {
  inNamespace,
  type Journey,
  type Move,
  namespaceAt,
  type Received,
  stopped,
  type Traveller,
  withHop,
} from './journey.ts';
import { deviceLetter } from './letters.ts';
import type { Evidence, Hop } from './line.ts';
import { describePacket, hasPorts, type Packet } from './packet.ts';
import type { ReasonCode } from './reasons.ts';
import { ruleEvidence } from './rule-evidence.ts';
import { describeRule } from './rule-words.ts';
import { limitEvidence, limitWords } from './shaper-words.ts';
import { portOfDevice } from './trace-model.ts';

/** Takes a frame across the Linux bridge whose port received it, to every other port that is up. */
export function walkBridge(journey: Journey, move: Received, bridge: string): readonly Move[] {
  const namespace = namespaceAt(journey, move.host, move.namespace);
  if (namespace === undefined) return [];
  const outPorts = Object.entries(namespace.links).filter(
    ([name, link]) => link.master === bridge && name !== move.device,
  );
  if (outPorts.length === 0) {
    const letter = deviceLetter(move.namespace, move.device);
    const message = `${bridge} has no other port than ${move.device}: nothing joins it to br-int`;
    return [stopped(move.traveller, { letter, host: move.host }, 'PORT_NOT_WIRED', message)];
  }
  return outPorts.map(([outPort]) => {
    const crossing = crossBridge(namespace, bridge, move.device, outPort, move.traveller.packet, journey.connection);
    return cross(journey, move, bridge, outPort, crossing);
  });
}

function cross(journey: Journey, move: Received, bridge: string, outPort: string, crossing: BridgeCrossing): Move {
  const fromVm = move.device.startsWith('tap');
  const tap = fromVm ? move.device : outPort;
  const shaper = namespaceAt(journey, move.host, move.namespace)?.shapers[outPort];
  // A limit holds what leaves a device, so on the way from the VM that is qvb, and on the way to it tap.
  const held: Held = { words: limitWords(shaper), evidence: limitEvidence(outPort, shaper) };
  const heldHere = !fromVm && crossing.verdict === 'accept' ? held : notHeld;
  const filterHop = hopOf(move, bridge, tap, filterWords(crossing, fromVm) + heldHere.words, filterBecause(crossing), [
    ...filterEvidence(move, crossing),
    ...heldHere.evidence,
  ]);
  const wire = (device: string, limit: Held) =>
    hopOf(move, bridge, device, `── veth${limit.words}`, '', [linkEvidence(move.namespace, device), ...limit.evidence]);
  const assumptions = [...move.traveller.assumptions, ...crossing.assumptions];
  const before = { ...move.traveller, assumptions };
  const inside = fromVm ? before : withHop(before, wire(move.device, notHeld));
  const filtered = withHop(inside, filterHop);
  if (crossing.verdict === 'drop') return refused(journey, move, filtered, tap, fromVm, crossing);
  const traveller = fromVm ? withHop(filtered, wire(outPort, held)) : filtered;
  return { kind: 'sent', host: move.host, namespace: move.namespace, device: outPort, traveller };
}

/** What is said of a limit at a hop. */
interface Held {
  readonly words: string;
  readonly evidence: readonly Evidence[];
}

const notHeld: Held = { words: '', evidence: [] };

function hopOf(
  move: Received,
  bridge: string,
  device: string,
  what: string,
  because: string,
  evidence: readonly Evidence[],
): Omit<Hop, 'packet'> {
  const letter = deviceLetter(move.namespace, device);
  return {
    letter,
    host: move.host,
    namespace: move.namespace,
    device,
    place: `bridge ${bridge}`,
    what,
    because,
    evidence,
  };
}

function filterWords(crossing: BridgeCrossing, fromVm: boolean): string {
  const way = fromVm ? 'leave' : 'enter';
  if (!crossing.filtered) return `not filtered: ${bridgeFilterOff}`;
  if (crossing.verdict === 'drop') return `may not ${way}`;
  if (crossing.decisive === null) return `may ${way}: no rule is about it`;
  return `may ${way}: ${describeRule(crossing.decisive.rule)}`;
}

const bridgeFilterOff = 'net.bridge.bridge-nf-call-iptables is 0';

function filterBecause(crossing: BridgeCrossing): string {
  return crossing.decisive === null ? '' : `iptables ${crossing.decisive.chain}`;
}

function filterEvidence(move: Received, crossing: BridgeCrossing): readonly Evidence[] {
  if (!crossing.filtered) return [{ command: inNamespace(move.namespace, 'sysctl net.bridge'), text: bridgeFilterOff }];
  return crossing.steps.map((step) => ruleEvidence(move.namespace, move.traveller.packet, step));
}

function linkEvidence(namespace: string, device: string): Evidence {
  return {
    command: inNamespace(namespace === ROOT ? ROOT : namespace, `ip -d link show ${device}`),
    text: `veth ${device}`,
  };
}

function refused(
  journey: Journey,
  move: Received,
  traveller: Traveller,
  tap: string,
  fromVm: boolean,
  crossing: BridgeCrossing,
): Move {
  const { packet } = move.traveller;
  const at = { letter: deviceLetter(move.namespace, tap), host: move.host };
  const code = dropCode(crossing.decisive);
  const rule =
    crossing.decisive === null ? 'the policy of FORWARD' : `-A ${crossing.decisive.chain} ${crossing.decisive.text}`;
  const certain = tap === (journey.to.kind === 'port' ? journey.to.device : '') || fromVm;
  if (code !== 'SG_NO_MATCH')
    return stopped(traveller, at, code, `${describePacket(packet)}: dropped by ${rule}`, { certain });
  const port = portOfDevice(journey.model, tap);
  const groups = (port?.securityGroupIds ?? []).map(
    (id) => journey.model.securityGroups.find((group) => group.id === id)?.name ?? id,
  );
  const direction = fromVm ? 'egress' : 'ingress';
  const nearest = nearestRules(journey, move, crossing, packet);
  const message =
    `no ${direction} rule of ${groups.length === 0 ? 'the port’s groups' : `groups [${groups.join(', ')}]`} lets ${serviceOf(packet)} ` +
    `${fromVm ? `out to ${packet.ipDestination}` : `in from ${packet.ipSource}`}` +
    (nearest.length === 0 ? '' : `; nearest: ${nearest.join('; ')}`);
  return stopped(traveller, at, code, message, { mend: ruleCommand(groups[0] ?? 'GROUP', direction, packet), certain });
}

function dropCode(step: RuleStep | null): ReasonCode {
  if (step === null) return 'RULE_DROP';
  if (step.rule.matches.some((match) => match.kind === 'state' && match.states.includes('INVALID')))
    return 'SG_INVALID';
  if (step.chain.endsWith('sg-fallback')) return 'SG_NO_MATCH';
  if (/-s[0-9a-f]{8}-/.test(step.chain)) return 'ADDRESS_SPOOFED';
  const fromServer = step.rule.matches.some((match) => match.kind === 'ports' && match.source?.value === '67');
  return fromServer && /-o[0-9a-f]{8}-/.test(step.chain) ? 'DHCP_SERVER_SPOOFED' : 'RULE_DROP';
}

/** Rules of the chain that refused which are about the same protocol. */
function nearestRules(journey: Journey, move: Received, crossing: BridgeCrossing, packet: Packet): readonly string[] {
  const chain = crossing.steps.findLast((step) => /-[io][0-9a-f]{8}-/.test(step.chain))?.chain;
  const namespace = namespaceAt(journey, move.host, move.namespace);
  const ruleset = packet.ipVersion === 4 ? namespace?.ipv4 : namespace?.ipv6;
  const rules = chain === undefined ? [] : (ruleset?.filter?.[chain]?.rules ?? []);
  return rules
    .map(parseRule)
    .filter((rule) => rule.target?.kind === 'return')
    .filter((rule) => rule.matches.some((match) => match.kind === 'protocol' && match.protocol === packet.protocol))
    .filter((rule) => !rule.matches.some((match) => match.kind === 'ports' && match.source !== null))
    .slice(0, 3)
    .map(describeRule);
}

function serviceOf(packet: Packet): string {
  return hasPorts(packet.protocol) ? `${packet.protocol} ${packet.destinationPort}` : packet.protocol;
}

function ruleCommand(group: string, direction: 'ingress' | 'egress', packet: Packet): string {
  const remote = direction === 'ingress' ? packet.ipSource : packet.ipDestination;
  const port = hasPorts(packet.protocol) ? ` --dst-port ${packet.destinationPort}` : '';
  const family = packet.ipVersion === 6 ? ' --ethertype IPv6' : '';
  const protocol = packet.protocol === 'icmp6' ? 'ipv6-icmp' : packet.protocol;
  const length = packet.ipVersion === 4 ? 32 : 128;
  return `openstack security group rule create ${group} --${direction}${family} --protocol ${protocol}${port} --remote-ip ${remote}/${length}`;
}
