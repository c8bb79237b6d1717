import type { Flow, OvsBridge } from '../host/host-state.ts';
import { type Fields, fieldsPacket, packetFields } from './fields.ts';
import { type Journey, type Move, type Switched, stopped, type Traveller, withEvidence, withHop } from './journey.ts';
import { type Goal, goalOf } from './l2-goal.ts';
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
  const misplaced = misplacedPort(move, bridge);
  if (misplaced !== null) return [misplaced];
  const result = runPipeline(bridge, move.bridge, move.port, packetFields(packet), journey.connection);
  const assumptions = [...move.traveller.assumptions, ...result.assumptions];
  const traveller = { ...move.traveller, assumptions };
  const goal = goalOf(journey, move, bridge);
  const outputs = result.outputs.map((output): Move => {
    const after = fieldsPacket(packet, output.fields);
    const astray = traveller.astray || (goal !== null && !goal.ports.includes(output.port));
    const shown = showPipeline(move, { ...traveller, astray }, bridge, output.steps, after, output);
    return { kind: 'switchedOut', host: move.host, bridge: move.bridge, port: output.port, traveller: shown };
  });
  const missed = goal === null ? null : missedGoal(move, traveller, bridge, result, goal);
  if (missed !== null) return [...outputs, missed];
  if (outputs.length > 0) return outputs;
  const shown = showPipeline(move, traveller, bridge, result.steps, packet, null);
  const reason = pipelineStop(move.bridge, move.port, bridge, result, packet);
  const letter = portLetter(move.bridge, move.port, traveller.side);
  return [stopped(shown, { letter, host: move.host }, reason.code, reason.message)];
}

/** A port whose tag is not the one that its own agent gave it is in no network, or in a wrong one. */
function misplacedPort(move: Switched, bridge: OvsBridge): Move | null {
  const port = bridge.ports[move.port];
  const given = port?.otherConfig['tag'];
  if (port?.tag === undefined || (port.tag !== 4095 && (given === undefined || String(port.tag) === given)))
    return null;
  const dead = port.tag === 4095;
  const message = dead
    ? `${move.port} is in VLAN 4095`
    : `${move.port} has tag ${port.tag}, its network has local VLAN ${given}`;
  const at = { letter: portLetter(move.bridge, move.port, move.traveller.side), host: move.host };
  const shown = withHop(move.traveller, {
    ...at,
    namespace: '',
    device: move.port,
    place: move.bridge,
    what: `into local VLAN ${port.tag}`,
    because: '',
    evidence: tagEvidence(move, bridge),
  });
  return stopped(shown, at, dead ? 'PORT_DEAD' : 'LOCAL_VLAN_MISMATCH', message);
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
        : `table=${table}, ${seenBy(flow)}priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}`,
  }));
}

/** How many packets met the flow, where that was read. */
function seenBy({ packets }: Flow): string {
  return packets === undefined ? '' : `n_packets=${packets}, `;
}

function tagEvidence(move: Switched, bridge: OvsBridge): readonly Evidence[] {
  const tag = bridge.ports[move.port]?.tag;
  return tag === undefined ? [] : [{ command: `ovs-vsctl get Port ${move.port} tag`, text: String(tag) }];
}

/** Says why a frame that went out somewhere did not go where its addressee is; null where it did. */
function missedGoal(
  move: Switched,
  traveller: Traveller,
  bridge: OvsBridge,
  result: PipelineResult,
  goal: Goal,
): Move | null {
  const [first] = result.outputs;
  if (goal.kind === 'port' && goal.ports.length === 0) {
    const mac = traveller.packet.macDestination;
    const shown = showPipeline(move, traveller, bridge, result.steps, traveller.packet, first ?? null);
    return stopped(
      shown,
      { letter: 'D', host: move.host },
      'PORT_NOT_WIRED',
      `no port of ${move.bridge} is that of ${mac}`,
    );
  }
  if (first === undefined || result.outputs.some((output) => goal.ports.includes(output.port))) return null;
  const shown = showPipeline(move, traveller, bridge, result.steps, traveller.packet, first);
  const here = { letter: portLetter(move.bridge, move.port, traveller.side), host: move.host };
  const [port] = goal.ports;
  const mac = traveller.packet.macDestination;
  if (goal.kind === 'tunnel') {
    if (port === undefined) return stopped(shown, here, 'TUNNEL_MISSING', `br-tun has no tunnel port to ${goal.host}`);
    return stopped(shown, here, 'FDB_ENTRY_MISSING', `no flow sends ${mac} to ${port}, behind which ${goal.host} is`);
  }
  if (port === undefined || goal.kind === 'wire') return null;
  const there = { letter: portLetter(move.bridge, port, traveller.side) || here.letter, host: move.host };
  const tag = bridge.ports[port]?.tag;
  const vlan = vlanOf(first.fields, bridge, first.port);
  if (tag === 4095) return stopped(shown, there, 'PORT_DEAD', `${port} is in VLAN 4095`);
  if (tag !== undefined && tag !== vlan) {
    const message = `the packet is in local VLAN ${vlan} and ${port} has tag ${tag}`;
    return stopped(shown, there, 'LOCAL_VLAN_MISMATCH', message);
  }
  const where = result.outputs.map((output) => output.port).join(', ');
  return stopped(shown, there, 'MAC_LEARNED_ELSEWHERE', `${mac} goes to ${where}, not to ${port}`);
}

function vlanOf(fields: Fields, bridge: OvsBridge, port: string): number {
  const tci = Number(fields['vlan_tci'] ?? 0n);
  return (tci & 0x1000) === 0 ? (bridge.ports[port]?.tag ?? 0) : tci & 0xfff;
}
