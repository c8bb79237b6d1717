import type { Flow } from './host-state.ts';

/** The ports that a flow names. */
export function portsOf(flow: Flow): readonly string[] {
  const text = `${flow.match},${flow.actions}`;
  const quoted = [...text.matchAll(/(?:in_port=|output:|resubmit:|resubmit\()"([^"]+)"/g)].map(
    (found) => found[1] ?? '',
  );
  const plain = [...text.matchAll(/(?:in_port=|output:|resubmit:|resubmit\()([A-Za-z][A-Za-z0-9]*)(?=[,)]|$)/g)].map(
    (found) => found[1] ?? '',
  );
  return [...quoted, ...plain.filter((name) => !/^(LOCAL|IN_PORT|NORMAL|FLOOD|ALL|CONTROLLER|ANY|NONE)$/.test(name))];
}
