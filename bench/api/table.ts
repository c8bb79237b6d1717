/** Medians and rates side by side; with two targets, how many times faster the first is. */
import type { Times } from './calls.ts';
import type { Target } from './client.ts';

export function printTimes(targets: readonly Target[], timesOf: (target: Target) => Times): void {
  console.log(`\n${head('median milliseconds', targets)}`);
  const [first] = targets;
  for (const name of first === undefined ? [] : timesOf(first).keys()) {
    const medians = targets.map((target) => median(timesOf(target).get(name) ?? []));
    console.log(line(name, medians, (one, other) => other / one));
  }
}

export function printRates(
  targets: readonly Target[],
  rates: readonly { readonly name: string; readonly perSecond: readonly number[] }[],
): void {
  console.log(`\n${head('requests a second', targets)}`);
  for (const { name, perSecond } of rates) console.log(line(name, perSecond, (one, other) => one / other));
}

function head(what: string, targets: readonly Target[]): string {
  return [what.padEnd(36), ...targets.map(({ name }) => name.padStart(10))].join(' ');
}

function line(name: string, values: readonly number[], ratio: (one: number, other: number) => number): string {
  const [one, other] = values;
  const times = one === undefined || other === undefined ? '' : `${ratio(one, other).toFixed(1)} x`;
  const shown = values.map((value) => value.toFixed(value < 100 ? 1 : 0).padStart(10));
  return [name.padEnd(36), ...shown, times.padStart(9)].join(' ').trimEnd();
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
