/** `npm run conformance`: other people's test suites and clients against a server, compared with what Neutron 21 passes. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Cloud, joinCloud, startCloud } from './cloud.ts';
import { readKnownFailures } from './known-failures.ts';
import { counts, hasNewFailure, printResult, type SuiteResult, writeResult } from './report.ts';
import { runSuite, type SuiteName, suiteNames, usualSuites } from './run-suite.ts';

interface Options {
  readonly suite: readonly SuiteName[];
  readonly only?: string;
  readonly list?: string;
  readonly concurrency: number;
  readonly keep?: true;
  readonly url?: string;
  readonly authUrl?: string;
  readonly password?: string;
}

const isSuite = (name: string): name is SuiteName => suiteNames.some((known) => known === name);

const program = new Command('conformance')
  .description("OpenStack's own suites and clients against a server of their own, or one that is up")
  .addOption(
    new Option(
      '--suite <name>',
      `${suiteNames.join(', ')}; may be repeated (usually ${usualSuites.join(', ')})`,
    ).argParser((name: string, before: readonly SuiteName[] | undefined) => {
      if (!isSuite(name)) throw new InvalidArgumentError(`It is one of ${suiteNames.join(', ')}.`);
      return [...(before ?? []), name];
    }),
  )
  .option('--only <regex>', 'only tests whose id matches')
  .option('--list <file>', 'only tests in this file, one id a line')
  .option('--concurrency <n>', 'how many tests at once', Number, 2)
  .option('--keep', 'leave the directory with results and logs')
  .option('--url <url>', 'a server that is up, such as http://127.0.0.1:9696')
  .option('--auth-url <url>', 'its Keystone, where that is not URL/identity/v3')
  .option('--password <password>', 'of its admin (or OS_PASSWORD)');
const options = { suite: usualSuites, ...program.parse().opts<Partial<Options>>() };

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());

async function openCloud(directory: string): Promise<Cloud> {
  const { url, authUrl, password = process.env['OS_PASSWORD'] } = options;
  if (url === undefined && authUrl === undefined) {
    return startCloud([process.execPath, 'dist/tapline.mjs'], directory);
  }
  if (password === undefined) throw new Error('--url needs --password or OS_PASSWORD');
  return joinCloud(
    {
      authUrl: (authUrl ?? `${url}/identity/v3`).replace(/\/+$/, ''),
      username: process.env['OS_USERNAME'] ?? 'admin',
      password,
      projectName: process.env['OS_PROJECT_NAME'] ?? 'admin',
      userDomainName: 'Default',
      projectDomainName: 'Default',
    },
    process.env['OS_REGION_NAME'] ?? 'RegionOne',
  );
}

const directory = await mkdtemp(join(tmpdir(), 'tapline-conformance-'));
const known = readKnownFailures();
const results: SuiteResult[] = [];
try {
  await using cloud = await openCloud(directory);
  console.log(`${cloud.credentials.authUrl} has ${cloud.extensions.length} extensions; results in ${directory}`);
  for (const suite of options.suite) {
    if (stop.signal.aborted) break;
    const result = await runSuite(suite, {
      cloud,
      directory: join(directory, suite),
      concurrency: options.concurrency ?? 2,
      only: options.only,
      list: options.list === undefined ? undefined : readFileSync(options.list, 'utf8').split('\n').filter(Boolean),
      signal: stop.signal,
    });
    results.push(result);
    printResult(result, known);
    writeResult(directory, result);
  }
} catch (error) {
  if (!stop.signal.aborted) {
    console.error(error instanceof Error ? error.message : error);
    const log = join(directory, 'server.log');
    if (existsSync(log)) console.error(readFileSync(log, 'utf8').split('\n').slice(-20).join('\n'));
  }
  process.exitCode = 2;
} finally {
  if (options.keep === undefined) await rm(directory, { recursive: true, force: true });
}
if (results.length > 0) console.log(`\n${counts(results, known)}`);
process.exitCode ??= hasNewFailure(results, known) ? 1 : 0;
