/** What a run says on the terminal and leaves in its directory. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { because, type Outcome } from './outcome.ts';

export interface SuiteResult {
  readonly suite: string;
  readonly seconds: number;
  readonly outcomes: readonly Outcome[];
  /** Ids of the tests that Neutron 21 passes, of those that were to run; undefined where there is no list. */
  readonly baseline: readonly string[] | undefined;
}

const of = (result: SuiteResult, status: Outcome['status']): readonly Outcome[] =>
  result.outcomes.filter((outcome) => outcome.status === status);

/** `N passed, N failed, N skipped`. */
export function counts(results: readonly SuiteResult[]): string {
  const number = (status: Outcome['status']): number =>
    results.reduce((sum, result) => sum + of(result, status).length, 0);
  return `${number('passed')} passed, ${number('failed')} failed, ${number('skipped')} skipped`;
}

/** Prints failures by class, skips by reason, the counts, and the comparison. */
export function printResult(result: SuiteResult): void {
  console.log(`\n${result.suite}`);
  for (const [place, failures] of grouped(of(result, 'failed'), (outcome) => placeOf(outcome.id))) {
    console.log(`  ✗ ${place}`);
    for (const [reason, same] of grouped(failures, because)) {
      console.log(`      ${same.map(({ id }) => nameOf(id)).join(' ')}\n        ${reason}`);
    }
  }
  for (const [reason, same] of grouped(of(result, 'skipped'), because)) {
    console.log(`  - skipped ${same.length}: ${reason}`);
  }
  console.log(`  ${result.suite}: ${counts([result])}, in ${result.seconds.toFixed(0)} s`);
  if (result.baseline !== undefined) console.log(`  ${compared(result, result.baseline)}`);
}

function compared(result: SuiteResult, baseline: readonly string[]): string {
  const ids = (status: Outcome['status']): ReadonlySet<string> => new Set(of(result, status).map(({ id }) => id));
  const [passed, failed, skipped] = [ids('passed'), ids('failed'), ids('skipped')];
  const count = (set: ReadonlySet<string>): number => baseline.filter((id) => set.has(id)).length;
  const both = count(passed);
  const missing = baseline.length - both - count(failed) - count(skipped);
  return [
    `of the ${baseline.length} that Neutron 21 passes: ${both} pass, ${count(failed)} fail, ${count(skipped)} skip`,
    ...(missing > 0 ? [`, ${missing} were not there`] : []),
    `; beyond it ${passed.size - both} pass`,
  ].join('');
}

/** Leaves `SUITE.passed.txt`, `SUITE.failed.txt`, `SUITE.skipped.txt` and `SUITE.json`. */
export function writeResult(directory: string, result: SuiteResult): void {
  mkdirSync(directory, { recursive: true });
  for (const status of ['passed', 'failed', 'skipped'] as const) {
    const lines = of(result, status).map(({ id }) => `${id}\n`);
    writeFileSync(join(directory, `${result.suite}.${status}.txt`), lines.sort().join(''));
  }
  writeFileSync(join(directory, `${result.suite}.json`), JSON.stringify(result, null, 1));
}

function grouped(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => string,
): readonly (readonly [string, readonly Outcome[]])[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const group = groups.get(key(outcome)) ?? [];
    groups.set(key(outcome), [...group, outcome]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

/** The class of `package.module.Class.test_name(scenario)`; all of a walk is one place. */
function placeOf(id: string): string {
  return id.startsWith('setUpClass') || id.includes(' ') ? 'steps' : id.replace(/\(.*/, '').replace(/\.[^.]*$/, '');
}

function nameOf(id: string): string {
  const place = placeOf(id);
  return place === 'steps' ? `«${id}»` : id.slice(place.length + 1);
}
