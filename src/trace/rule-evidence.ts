import type { RuleStep } from './iptables.ts';
import { inNamespace } from './journey.ts';
import type { Evidence } from './line.ts';
import type { Packet } from './packet.ts';

/** The rule, and the command that lists its chain. */
export function ruleEvidence(namespace: string, packet: Packet, step: RuleStep): Evidence {
  const tool = packet.ipVersion === 4 ? 'iptables' : 'ip6tables';
  const table = step.table === 'filter' ? '' : ` -t ${step.table}`;
  return { command: inNamespace(namespace, `${tool}${table} -S ${step.chain}`), text: `-A ${step.chain} ${step.text}` };
}
