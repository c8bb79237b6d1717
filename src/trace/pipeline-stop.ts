import type { OvsBridge } from '../host/host-state.ts';
import type { PipelineResult } from './openflow.ts';
import type { Packet } from './packet.ts';
import type { ReasonCode } from './reasons.ts';

/** Why a bridge put nothing out, by its last look-up and by what Neutron's tables are for. `packet` is null for ARP. */
export function pipelineStop(
  bridgeName: string,
  inPort: string,
  bridge: OvsBridge,
  result: PipelineResult,
  packet: Packet | null,
): { readonly code: ReasonCode; readonly message: string } {
  const normal = result.normalDrop;
  if (normal !== null) return normalStop(inPort, normal.why, normal.vlan, packet);
  const last = result.steps.at(-1);
  const table = last?.table ?? 0;
  const flow = last?.flow ?? null;
  const shown =
    flow === null
      ? `no flow of ${bridgeName} table ${table} matches`
      : `${bridgeName} table ${table}: priority=${flow.priority}${flow.match === '' ? '' : `,${flow.match}`} actions=${flow.actions}`;
  const code = tableCode(bridgeName, inPort, bridge, table, flow !== null, flow?.match ?? '');
  return { code, message: `${shown} (${subject(code, packet)})` };
}

function tableCode(
  bridgeName: string,
  inPort: string,
  bridge: OvsBridge,
  table: number,
  matched: boolean,
  match: string,
): ReasonCode {
  if (bridge.flows.length === 0 || (!matched && table === 0)) return 'NO_FLOW';
  if (match.includes('dl_vlan=4095')) return 'PORT_DEAD';
  if (bridgeName === 'br-int' && (table === 24 || table === 25)) {
    if (!guards(bridge, table, inPort)) return 'NO_FLOW';
    return table === 24 ? 'ARP_SPOOFED' : 'ADDRESS_SPOOFED';
  }
  if (inPort.startsWith('int-') || inPort.startsWith('phy-')) return 'SEGMENT_NOT_MAPPED';
  if (bridgeName === 'br-tun') {
    if (table === 0) return 'TUNNEL_FLOW_MISSING';
    if (table === 3 || table === 4 || table === 6) return 'VNI_NOT_MAPPED';
    if (table === 20 || table === 21 || table === 22) return 'FDB_ENTRY_MISSING';
  }
  return matched ? 'FLOW_DROP' : 'NO_FLOW';
}

/** Whether a guard table says anything at all about a port. */
function guards(bridge: OvsBridge, table: number, port: string): boolean {
  const named = [`in_port="${port}"`, `in_port=${port}`];
  return bridge.flows.some(
    (flow) => flow.table === table && flow.match.split(',').some((condition) => named.includes(condition)),
  );
}

function subject(code: ReasonCode, packet: Packet | null): string {
  if (packet === null) return 'ARP';
  switch (code) {
    case 'ADDRESS_SPOOFED':
      return `source MAC ${packet.macSource}`;
    case 'VNI_NOT_MAPPED':
      return `VNI ${packet.vni}`;
    case 'FDB_ENTRY_MISSING':
      return `MAC ${packet.macDestination} in VLAN ${packet.vlan}`;
    default:
      return packet.vlan === null ? 'untagged' : `VLAN ${packet.vlan}`;
  }
}

function normalStop(
  inPort: string,
  why: NonNullable<PipelineResult['normalDrop']>['why'],
  vlan: number,
  packet: Packet | null,
): { readonly code: ReasonCode; readonly message: string } {
  switch (why) {
    case 'tagged-on-access-port':
      return { code: 'LOCAL_VLAN_MISMATCH', message: `a frame tagged ${vlan} came in by the access port ${inPort}` };
    case 'no-other-port-in-vlan':
      return { code: 'LOCAL_VLAN_MISMATCH', message: `no other port of the bridge is in VLAN ${vlan}` };
    case 'learned-on-its-own-port':
      return {
        code: 'MAC_LEARNED_ELSEWHERE',
        message: `the switch learned ${packet?.macDestination ?? 'the MAC'} in VLAN ${vlan} on ${inPort}, where the packet comes from`,
      };
    case 'reserved-multicast':
      return {
        code: 'FLOW_DROP',
        message: `${packet?.macDestination ?? 'the MAC'} is reserved for neighbouring bridges and never forwarded`,
      };
  }
}
