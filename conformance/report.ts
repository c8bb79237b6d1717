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

/** Id of a test to the reason why it fails. */
export type KnownFailures = ReadonlyMap<string, string>;

type Kind = Outcome['status'] | 'known to fail';

const kindOf = (outcome: Outcome, known: KnownFailures): Kind =>
  outcome.status === 'failed' && known.has(outcome.id) ? 'known to fail' : outcome.status;

/** `N passed, N failed, N skipped`; what is known to fail stands apart. */
export function counts(results: readonly SuiteResult[], known: KnownFailures): string {
  const all = results.flatMap(({ outcomes }) => outcomes.map((outcome) => kindOf(outcome, known)));
  const number = (kind: Kind): number => all.filter((one) => one === kind).length;
  const expected = number('known to fail');
  return [
    `${number('passed')} passed, ${number('failed')} failed, ${number('skipped')} skipped`,
    ...(expected > 0 ? [`${expected} known to fail`] : []),
  ].join(', ');
}

export function hasNewFailure(results: readonly SuiteResult[], known: KnownFailures): boolean {
  return results.some(({ outcomes }) => outcomes.some((outcome) => kindOf(outcome, known) === 'failed'));
}

/** Prints failures by class, skips by reason, the counts, and the comparison. */
export function printResult(result: SuiteResult, known: KnownFailures): void {
  const { suite, outcomes } = result;
  console.log(`\n${suite}`);
  const of = (kind: Kind): readonly Outcome[] => outcomes.filter((outcome) => kindOf(outcome, known) === kind);
  for (const [place, failures] of grouped(of('failed'), (outcome) => placeOf(outcome.id))) {
    console.log(`  ✗ ${place}`);
    for (const [reason, same] of grouped(failures, because)) {
      for (const { id } of same) console.log(`      ${id.slice(place === walk ? 0 : place.length + 1)}`);
      console.log(`        ${reason}`);
    }
  }
  for (const [reason, same] of grouped(of('known to fail'), ({ id }) => known.get(id) ?? '')) {
    console.log(`  - known to fail ${same.length}: ${reason}`);
  }
  for (const [reason, same] of grouped(of('skipped'), because)) console.log(`  - skipped ${same.length}: ${reason}`);
  for (const { id } of of('passed').filter((outcome) => known.has(outcome.id))) {
    console.log(`  no longer fails, and can be taken off known-failures.txt: ${id}`);
  }
  console.log(`  ${suite}: ${counts([result], known)}, in ${result.seconds.toFixed(0)} s`);
  if (result.baseline !== undefined) console.log(`  ${compared(result, result.baseline)}`);
}

function compared({ outcomes }: SuiteResult, baseline: readonly string[]): string {
  const ids = (status: Outcome['status']): ReadonlySet<string> =>
    new Set(outcomes.filter((outcome) => outcome.status === status).map(({ id }) => id));
  const passed = ids('passed');
  const count = (set: ReadonlySet<string>): number => baseline.filter((id) => set.has(id)).length;
  const [both, failed, skipped] = [count(passed), count(ids('failed')), count(ids('skipped'))];
  const missing = baseline.length - both - failed - skipped;
  return [
    `of the ${baseline.length} that Neutron 21 passes: ${both} pass, ${failed} fail, ${skipped} skip`,
    ...(missing > 0 ? [`, ${missing} were not there`] : []),
    `; beyond it ${passed.size - both} pass`,
  ].join('');
}

/** Leaves `SUITE.passed.txt`, `SUITE.failed.txt`, `SUITE.skipped.txt` and `SUITE.json`. */
export function writeResult(directory: string, result: SuiteResult): void {
  mkdirSync(directory, { recursive: true });
  for (const status of ['passed', 'failed', 'skipped'] as const) {
    const lines = result.outcomes.filter((outcome) => outcome.status === status).map(({ id }) => `${id}\n`);
    writeFileSync(join(directory, `${result.suite}.${status}.txt`), lines.sort().join(''));
  }
  writeFileSync(join(directory, `${result.suite}.json`), JSON.stringify(result, null, 1));
}

function grouped(
  outcomes: readonly Outcome[],
  key: (outcome: Outcome) => string,
): readonly (readonly [string, readonly Outcome[]])[] {
  const groups = new Map<string, Outcome[]>();
  for (const outcome of outcomes) groups.set(key(outcome), [...(groups.get(key(outcome)) ?? []), outcome]);
  return [...groups].sort(([a], [b]) => a.localeCompare(b));
}

/** The steps of a walk have no class. */
const walk = 'steps';

/** The class of `package.module.Class.test_name(scenario)`. */
function placeOf(id: string): string {
  return /^[\w.]+\.\w+(\(.*\))?$/.test(id) ? id.replace(/\(.*/, '').replace(/\.[^.]*$/, '') : walk;
}
