/** The ports that a flow names, and the flow by their numbers. */
import type { Flow, OvsPort } from './host-state.ts';

const NAMED = /(in_port=|output:|resubmit:|resubmit\()(?:"([^"]+)"|([A-Za-z][A-Za-z0-9]*)(?=[,)]|$))/g;
const RESERVED = /^(?:LOCAL|IN_PORT|NORMAL|FLOOD|ALL|CONTROLLER|ANY|NONE)$/;

/** The ports that a flow names. */
export function portsOf({ match, actions }: Flow): readonly string[] {
  return [match, actions].flatMap((text) =>
    [...text.matchAll(NAMED)].flatMap(([, , quoted, plain = '']) => {
      if (quoted !== undefined) return [quoted];
      return RESERVED.test(plain) ? [] : [plain];
    }),
  );
}

/** The flow with the numbers of its ports. A name without a number stays. */
export function numberPorts(flow: Flow, ports: Readonly<Record<string, OvsPort>>): Flow {
  const inText = (text: string) =>
    text.replace(NAMED, (whole, before: string, quoted?: string, plain?: string) => {
      const number = ports[quoted ?? plain ?? '']?.ofport;
      return number === undefined || number < 0 ? whole : `${before}${number}`;
    });
  return { ...flow, match: inText(flow.match), actions: inText(flow.actions) };
}
