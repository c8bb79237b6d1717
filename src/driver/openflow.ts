/** Flows: a dump with names by `ovs-ofctl`, and one bundle a bridge, which changes all of its flows or none. */
import { join } from 'node:path';
import type { FlowChange } from '../host/change.ts';
import { numberPorts, portsOf } from '../host/flow-ports.ts';
import type { Flow, OvsPort } from '../host/host-state.ts';
import { OUR_COOKIE } from '../host/ownership.ts';
import { readFlows } from '../host/read-flows.ts';
import { commitFlows } from './native/flow-bundle.ts';
import { flowBytes } from './native/flow-bytes.ts';
import { run } from './run.ts';
import { askSwitch } from './unixctl.ts';

const PROTOCOL = ['-O', 'OpenFlow14'];

/** Where the sockets of the switch are. */
export interface OvsTools {
  readonly runDirectory: string;
}

export function ovsEnvironment({ runDirectory }: OvsTools): Readonly<Record<string, string>> {
  return { OVS_RUNDIR: runDirectory };
}

/** All flows of a bridge. Throws `ToolFailed`. */
export async function dumpFlows(tools: OvsTools, bridge: string): Promise<readonly Flow[]> {
  return readFlows(
    await run('ovs-ofctl', [...PROTOCOL, '--names', 'dump-flows', bridge], { env: ovsEnvironment(tools) }),
  );
}

/**
 * All flows of a bridge as ovs-vswitchd's control socket lists them: at once, but without cookies and timeouts. `ports` are
 * the bridge's. Throws where the socket does not answer.
 */
export async function listFlows(
  tools: OvsTools,
  bridge: string,
  ports: Readonly<Record<string, OvsPort>>,
): Promise<readonly Flow[]> {
  const listed = await askSwitch(tools.runDirectory, 'bridge/dump-flows', [bridge]);
  const lines = listed
    .split('\n')
    // Table 254 is the switch's own.
    .filter((line) => line !== '' && !line.startsWith('table_id=254,'))
    .map((line) => line.replace('table_id=', 'table=').replace(/(?:,|, )actions=/, ' actions='));
  const named = Object.entries(ports).flatMap(([name, { ofport }]) =>
    ofport === undefined ? [] : [[ofport, name] as const],
  );
  return readFlows(lines.join('\n'), new Map(named));
}

/** The ports of a bridge when its flows were read, and now. */
export interface BridgePorts {
  readonly before: Readonly<Record<string, OvsPort>>;
  readonly now: Readonly<Record<string, OvsPort>>;
}

/**
 * Writes the changes of one bridge in one bundle, by the numbers of ports: a flow of a port that is gone can be named by its
 * number only. The bundle goes to the switch at once where all flows can be said in bytes, and through `ovs-ofctl` where one
 * has words that only the tool knows. Throws `BundleRefused` or `ToolFailed`; then nothing was changed.
 */
export async function writeFlows(
  tools: OvsTools,
  bridge: string,
  changes: readonly FlowChange[],
  ports: BridgePorts,
): Promise<void> {
  // Removals first: a port made anew may have taken the number by which its old flows are removed. A bundle leaves no gap.
  const removed = changes.filter(isRemoval).map(({ flow }) => numberPorts(flow, ports.before));
  const added = changes
    .filter((change) => !isRemoval(change))
    .map(({ flow }) => ({ ...numberPorts(flow, ports.now), cookie: flow.cookie ?? OUR_COOKIE }));
  const bodies = [
    ...removed.map((flow) => flowBytes(flow, 'remove')),
    ...added.map((flow) => flowBytes(flow, 'add')),
  ].filter((body) => body !== null);
  if (bodies.length === changes.length) {
    await commitFlows(join(tools.runDirectory, `${bridge}.mgmt`), bodies);
    return;
  }
  const hasNames = [...removed, ...added].some((flow) => portsOf(flow).length > 0);
  const names = hasNames ? [] : ['--no-names'];
  await run('ovs-ofctl', [...PROTOCOL, ...names, '--bundle', 'add-flows', bridge, '-'], {
    input: [...removed.map(removalLine), ...added.map(additionLine)].map((line) => `${line}\n`).join(''),
    env: ovsEnvironment(tools),
  });
}

function isRemoval(change: FlowChange): boolean {
  return change.kind === 'remove-flow';
}

function removalLine({ table, priority, match, cookie }: Flow): string {
  const mine = cookie === undefined ? '' : `cookie=${cookie}/-1,`;
  return `delete_strict ${mine}table=${table},priority=${priority}${match === '' ? '' : `,${match}`}`;
}

function additionLine(flow: Flow): string {
  const timeouts = [
    flow.hardTimeout === undefined ? '' : `,hard_timeout=${flow.hardTimeout}`,
    flow.idleTimeout === undefined ? '' : `,idle_timeout=${flow.idleTimeout}`,
  ].join('');
  const head = `cookie=${flow.cookie},table=${flow.table},priority=${flow.priority}${timeouts}`;
  return `add ${head}${flow.match === '' ? '' : `,${flow.match}`},actions=${flow.actions}`;
}
