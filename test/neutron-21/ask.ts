import type { Line } from '../../src/trace/line.ts';
import type { Protocol } from '../../src/trace/packet.ts';
import { addressedFrom, resolveEndpoint } from '../../src/trace/resolve.ts';
import { type Question, walk } from '../../src/trace/walk.ts';
import type { States } from './edit.ts';
import { observedModel } from './model.ts';
import { observedStates } from './observed.ts';

/** The recorded hosts as they were: everything works. */
export const healthy = observedStates();

export const model = observedModel(healthy);

/** A question between two ends that a person would name. */
export function question(from: string, to: string, more: Partial<Question> = {}): Question {
  const [start, end] = [resolveEndpoint(model, from), resolveEndpoint(model, to)];
  if (start.kind !== 'found' || end.kind !== 'found') throw new Error(`${from} or ${to} is not known`);
  const target = addressedFrom(start.endpoint, end.endpoint);
  return { from: start.endpoint, to: target, protocol: 'icmp', model, ...more };
}

export function ask(states: States, from: string, to: string, protocol: Protocol = 'icmp', destinationPort = 0): Line {
  return walk(states, question(from, to, { protocol, destinationPort }));
}

/** A way to break the line, and the hop and the code that it must be named with. */
export interface Fault {
  readonly name: string;
  readonly states: () => States;
  readonly ends: readonly [from: string, to: string];
  readonly more?: Partial<Question>;
  /** `LETTER HOST CODE`. */
  readonly stop: string;
}

/** The stop of a line in the words of a fault. */
export function stopText(line: Line): string {
  return line.stop === null ? 'arrives' : `${line.stop.letter} ${line.stop.host} ${line.stop.code}`;
}
