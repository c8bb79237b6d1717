import type { OvsBridge } from '../host/host-state.ts';
import { type Fields, fieldsPacket, packetFields } from './fields.ts';
import { type Journey, type Move, type Switched, stopped, type Traveller, withEvidence, withHop } from './journey.ts';
import { addressee, ovsPortOf } from './l2-goal.ts';
import { portLetter } from './letters.ts';
import type { Evidence } from './line.ts';
import { type BridgeOutput, type PipelineResult, runPipeline, type TableStep } from './openflow.ts';
import type { Packet } from './packet.ts';
import { pipelineStop } from './pipeline-stop.ts';
import { pipelineBecause, pipelineWords } from './pipeline-words.ts';

/** Takes a frame through an OVS bridge: one traveller for every port that it leaves by. */
export function walkSwitch(journey: Journey, move: Switched): readonly Move[] {
  const state = journey.states[move.host];
  const bridge = state?.bridges[move.bridge];
  if (bridge === undefined) return [];
  const { packet } = move.traveller;
  const result = runPipeline(bridge, move.bridge, move.port, packetFields(packet), journey.connection);
  const assumptions = [...move.traveller.assumptions, ...result.assumptions];
  const traveller = { ...move.traveller, assumptions };
  const outputs = result.outputs.map((output): Move => {
    const after = fieldsPacket(packet, output.fields);
    const shown = showPipeline(move, traveller, bridge, output.steps, after, output);
    return { kind: 'switchedOut', host: move.host, bridge: move.bridge, port: output.port, traveller: shown };
  });
  const missed = missedGoal(journey, move, traveller, bridge, result);
  if (missed !== null) return [...outputs, missed];
  if (outputs.length > 0) return outputs;
  const shown = showPipeline(move, traveller, bridge, result.steps, packet, null);
  const reason = pipelineStop(move.bridge, move.port, bridge, result, packet);
  const letter = portLetter(move.bridge, move.port, traveller.side);
  return [stopped(shown, { letter, host: move.host }, reason.code, reason.message)];
}

/** The hop of the port that the frame came in by. An internal port is its namespace's last hop already. */
function showPipeline(
  move: Switched,
  traveller: Traveller,
  bridge: OvsBridge,
  steps: readonly TableStep[],
  after: Packet,
  output: BridgeOutput | null,
): Traveller {
  const evidence = [...flowEvidence(move.bridge, steps), ...tagEvidence(move, bridge)];
  if (bridge.ports[move.port]?.type === 'internal') return withEvidence(traveller, evidence, after);
  return withHop(
    traveller,
    {
      letter: portLetter(move.bridge, move.port, traveller.side),
      host: move.host,
      namespace: '',
      device: move.port,
      place: move.bridge,
      what: output === null ? '' : pipelineWords(bridge, move.port, traveller.packet, after, output),
      because: pipelineBecause(move.bridge, bridge, steps, after, output),
      evidence,
    },
    after,
  );
}

function flowEvidence(bridge: string, steps: readonly TableStep[]): readonly Evidence[] {
  return steps.map(({ table, flow }) => ({
    command: `ovs-ofctl --names dump-flows ${bridge} table=${table}`,
    text:
      flow === null
        ? `table=${table} no flow matches`
        : `table=${table}, priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}`,
  }));
}

function tagEvidence(move: Switched, bridge: OvsBridge): readonly Evidence[] {
  const tag = bridge.ports[move.port]?.tag;
  return tag === undefined ? [] : [{ command: `ovs-vsctl get Port ${move.port} tag`, text: String(tag) }];
}

/**
 * Says where a frame should have gone and did not: the addressee's port is on this very bridge, or its host is behind one of
 * the tunnels, and no copy goes there.
 */
function missedGoal(
  journey: Journey,
  move: Switched,
  traveller: Traveller,
  bridge: OvsBridge,
  result: PipelineResult,
): Move | null {
  const port = addressee(journey, traveller.packet);
  if (port === undefined || result.outputs.length === 0) return null;
  const letter = portLetter(move.bridge, move.port, traveller.side);
  const [first] = result.outputs;
  const shown = showPipeline(move, traveller, bridge, result.steps, traveller.packet, first ?? null);
  if (port.host === move.host) {
    const name = ovsPortOf(journey.states[move.host], move.bridge, port);
    if (name === undefined || name === move.port || result.outputs.some((output) => output.port === name)) return null;
    const tag = bridge.ports[name]?.tag;
    const vlan = vlanOf(first?.fields ?? {}, bridge, first?.port);
    const target = { letter: portLetter(move.bridge, name, traveller.side) || letter, host: move.host };
    if (tag === 4095) return stopped(shown, target, 'PORT_DEAD', `${name} is in VLAN 4095`);
    if (tag !== undefined && tag !== vlan) {
      const message = `the packet is in local VLAN ${vlan} and ${name} has tag ${tag}`;
      return stopped(shown, target, 'LOCAL_VLAN_MISMATCH', message);
    }
    const where = result.outputs.map((output) => output.port).join(', ');
    return stopped(
      shown,
      target,
      'MAC_LEARNED_ELSEWHERE',
      `${traveller.packet.macDestination} goes to ${where}, not to ${name}`,
    );
  }
  return move.bridge === 'br-tun' && move.port === 'patch-int'
    ? missedTunnel(journey, move, shown, bridge, result, port.host)
    : null;
}

function vlanOf(fields: Fields, bridge: OvsBridge, port: string | undefined): number {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  return (tci & 0x1000) === 0 ? (bridge.ports[port ?? '']?.tag ?? 0) : tci & 0xfff;
}

function missedTunnel(
  journey: Journey,
  move: Switched,
  traveller: Traveller,
  bridge: OvsBridge,
  result: PipelineResult,
  goal: string,
): Move | null {
  const ends = tunnelAddresses(journey, goal);
  if (ends.length === 0) return null;
  const towards = Object.entries(bridge.ports).filter(([, port]) => ends.includes(port.options['remote_ip'] ?? ''));
  if (result.outputs.some((output) => towards.some(([name]) => name === output.port))) return null;
  const at = { letter: portLetter(move.bridge, move.port, traveller.side), host: move.host };
  const [tunnel] = towards;
  if (tunnel === undefined) {
    return stopped(traveller, at, 'TUNNEL_MISSING', `br-tun has no tunnel port to ${goal} (${ends.join(', ')})`);
  }
  const message = `no flow sends ${traveller.packet.macDestination} to ${tunnel[0]}, behind which ${goal} is`;
  return stopped(traveller, at, 'FDB_ENTRY_MISSING', message);
}

function tunnelAddresses(journey: Journey, host: string): readonly string[] {
  const ports = Object.values(journey.states[host]?.bridges['br-tun']?.ports ?? {});
  return [...new Set(ports.flatMap((port) => port.options['local_ip'] ?? []))];
}
