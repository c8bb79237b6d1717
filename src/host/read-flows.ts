/**
 * OpenFlow entries as `ovs-ofctl dump-flows` prints them: with or without `--names`, `--no-stats` and cookies.
 */
import type { Flow } from './host-state.ts';

/** What OVS assumes when a flow names no priority, and therefore leaves out when it prints one. */
const DEFAULT_PRIORITY = 32_768;

const FIELD =
  /^(cookie|duration|table|n_packets|n_bytes|idle_timeout|hard_timeout|importance|idle_age|hard_age)=([^,\s]*)(?:,\s*|\s+|$)/;
const FLAG = /^(send_flow_rem|check_overlap|reset_counts|no_packet_counts|no_byte_counts)(?:\s+|$)/;
const PRIORITY = /^priority=(\d+),?/;
/** Lines around the entries: the reply's header, and what `ovs-ofctl` writes beside it. */
const HEADER = /^(OFPST_FLOW|NXST_FLOW) reply|^$/;

/**
 * Reads a dump. `portNames` (number to name) turns a dump with port numbers into one with names.
 * Throws where a line is neither an entry nor a header.
 */
export function readFlows(dump: string, portNames?: ReadonlyMap<number, string>): readonly Flow[] {
  return dump
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !HEADER.test(line))
    .map((line) => nameFlowPorts(readFlow(line), portNames));
}

/** Reads one line of a dump. */
export function readFlow(line: string): Flow {
  const start = line.startsWith('actions=') ? 0 : line.indexOf(' actions=') + 1;
  if (start === 0 && !line.startsWith('actions=')) throw new Error(`not a flow: ${line}`);
  const actions = line.slice(start + 'actions='.length);
  const fields = new Map<string, string>();
  let rest = line.slice(0, start).trim();
  for (;;) {
    const field = FIELD.exec(rest);
    const flag = field ?? FLAG.exec(rest);
    if (flag === null) break;
    if (field !== null) fields.set(field[1] ?? '', field[2] ?? '');
    rest = rest.slice(flag[0].length);
  }
  const priority = PRIORITY.exec(rest);
  const match = priority === null ? rest : rest.slice(priority[0].length);
  return {
    table: Number(fields.get('table') ?? 0),
    priority: priority === null ? DEFAULT_PRIORITY : Number(priority[1]),
    match,
    actions,
    ...text('cookie', fields.get('cookie')),
    ...number('hardTimeout', fields.get('hard_timeout')),
    ...number('idleTimeout', fields.get('idle_timeout')),
    ...number('packets', fields.get('n_packets')),
    ...number('bytes', fields.get('n_bytes')),
  };
}

/** Prints one entry in the order of `dump-flows`, without the duration and ages that a flow does not keep. */
export function printFlow(flow: Flow): string {
  const head = [
    flow.cookie === undefined ? [] : [`cookie=${flow.cookie}`],
    [`table=${flow.table}`],
    flow.packets === undefined ? [] : [`n_packets=${flow.packets}`],
    flow.bytes === undefined ? [] : [`n_bytes=${flow.bytes}`],
    flow.idleTimeout === undefined ? [] : [`idle_timeout=${flow.idleTimeout}`],
    flow.hardTimeout === undefined ? [] : [`hard_timeout=${flow.hardTimeout}`],
  ].flat();
  const priority = flow.priority === DEFAULT_PRIORITY ? [] : [`priority=${flow.priority}`];
  const match = flow.match === '' ? [] : [flow.match];
  return `${[...head, [...priority, ...match].join(',')].join(', ')} actions=${flow.actions}`;
}

/**
 * A port's name as OVS writes it in flows: quoted unless it is a letter followed by letters and digits
 * (`ofputil_port_name_needs_quotes` in Open vSwitch).
 */
export function quotePortName(name: string): string {
  return /^[A-Za-z][A-Za-z0-9]*$/.test(name) ? name : JSON.stringify(name);
}

/** Port numbers and names from `ovs-ofctl show` or `dump-ports-desc`. */
export function readPortNumbers(description: string): ReadonlyMap<number, string> {
  const ports = new Map<number, string>();
  for (const match of description.matchAll(/^\s*(\d+)\("?([^")]+)"?\): addr:/gm)) {
    ports.set(Number(match[1]), match[2] ?? '');
  }
  return ports;
}

function nameFlowPorts(flow: Flow, names: ReadonlyMap<number, string> | undefined): Flow {
  if (names === undefined) return flow;
  const name = (number: string) => {
    const known = names.get(Number(number));
    return known === undefined ? number : quotePortName(known);
  };
  const inPort = (text: string) =>
    text.replace(/(^|[,(])in_port=(\d+)/g, (_, before, number) => `${before}in_port=${name(number)}`);
  return {
    ...flow,
    match: inPort(flow.match),
    actions: inPort(flow.actions)
      .replace(/(^|[,(])(output|resubmit):(\d+)(?=[,)]|$)/g, (_, before, kind, number) => {
        return `${before}${kind}:${name(number)}`;
      })
      .replace(/(^|[,(])resubmit\((\d+),/g, (_, before, number) => `${before}resubmit(${name(number)},`)
      .replace(/(^|[,(])output\(port=(\d+),/g, (_, before, number) => `${before}output(port=${name(number)},`),
  };
}

function text<Key extends string>(key: Key, value: string | undefined) {
  return (value === undefined ? {} : { [key]: value }) as { readonly [K in Key]?: string };
}

function number<Key extends string>(key: Key, value: string | undefined) {
  return (value === undefined ? {} : { [key]: Number(value) }) as { readonly [K in Key]?: number };
}
