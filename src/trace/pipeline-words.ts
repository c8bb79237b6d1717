import type { OvsBridge } from '../host/host-state.ts';
import type { BridgeOutput, TableStep } from './openflow.ts';
import type { Packet } from './packet.ts';

/** What a bridge did to a packet, in words: VLAN, VNI, or just the port it is sent to. */
export function pipelineWords(
  bridge: OvsBridge,
  inPort: string,
  before: Packet,
  after: Packet,
  output: BridgeOutput,
): string {
  const tag = bridge.ports[inPort]?.tag ?? null;
  const outTag = bridge.ports[output.port]?.tag ?? null;
  const vlanBefore = tag ?? before.vlan;
  const vlanAfter = outTag ?? after.vlan;
  const marked = before.dscp === after.dscp ? '' : `, DSCP ${after.dscp}`;
  if (before.vni !== null && after.vni === before.vni && vlanAfter !== null)
    return `VNI ${before.vni} becomes VLAN ${vlanAfter}${marked}`;
  if (after.vni !== null && after.vni !== before.vni)
    return `VLAN ${vlanBefore ?? 'none'} becomes VNI ${after.vni}${marked}`;
  if (tag !== null) return `into local VLAN ${tag}${marked}`;
  if (vlanBefore !== vlanAfter) return `${vlanWords(vlanBefore)} becomes ${vlanWords(vlanAfter)}${marked}`;
  return `to ${output.port}${vlanAfter === null ? '' : `, in VLAN ${vlanAfter}`}${marked}`;
}

function vlanWords(vlan: number | null): string {
  return vlan === null ? 'untagged' : `VLAN ${vlan}`;
}

/** What decided, in short. Table numbers are Neutron's (`neutron.plugins.ml2.drivers.openvswitch`, br-int and br-tun). */
export function pipelineBecause(
  bridgeName: string,
  bridge: OvsBridge,
  steps: readonly TableStep[],
  after: Packet,
  output: BridgeOutput | null,
): string {
  const last = steps.at(-1);
  if (last === undefined) return '';
  if (output === null)
    return last.flow === null ? `table ${last.table}: no flow` : `table ${last.table}, priority ${last.flow.priority}`;
  const remote = bridge.ports[output.port]?.options['remote_ip'];
  if (bridgeName === 'br-tun' && remote !== undefined) {
    if (last.table === 22) return `table 22: flooded, also to ${remote}`;
    if (last.table === 20) return `table 20: ${after.macDestination} is behind ${remote}`;
  }
  if (bridgeName === 'br-tun') {
    const mapped = steps.find((step) => step.table === 4);
    if (mapped !== undefined) return 'table 4';
  }
  const guarded = steps.find((step) => step.table === 25 && step.flow !== null);
  if (guarded !== undefined) return 'table 25: source MAC is the port’s';
  if (output.by === 'known') return `NORMAL: MAC learned on ${output.port}`;
  if (output.by === 'flooded') return 'NORMAL: floods the VLAN';
  return `table ${last.table}`;
}
