/** One suite from beginning to end, with its progress on the terminal. */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cloud } from './cloud.ts';
import type { Outcome } from './outcome.ts';
import { directory as here, runPython } from './python-job.ts';
import type { SuiteResult } from './report.ts';

export interface RunOptions {
  readonly cloud: Cloud;
  /** For what the suite leaves: configuration, logs. */
  readonly directory: string;
  readonly concurrency: number;
  readonly only: string | undefined;
  readonly list: readonly string[] | undefined;
  readonly signal: AbortSignal;
}

/** `network` and `identity` are tempest's, `neutron` is that of neutron-tempest-plugin; the other two walk with real clients. */
const suites = {
  network: { kind: 'tempest', regex: '^tempest\\.api\\.network\\.' },
  neutron: { kind: 'tempest', regex: '^neutron_tempest_plugin\\.api\\.' },
  identity: { kind: 'tempest', regex: '^tempest\\.api\\.identity\\.(v3|admin\\.v3)\\.' },
  cli: { kind: 'walk', script: 'walk_cli.py' },
  sdk: { kind: 'walk', script: 'walk_sdk.py' },
} as const;

export type SuiteName = keyof typeof suites;
export const suiteNames = Object.keys(suites) as readonly SuiteName[];
/** That of the identity asks for all of Keystone, of which ours is the part that a network's clients need. */
export const usualSuites: readonly SuiteName[] = ['cli', 'sdk', 'network', 'neutron'];

const progressMs = 10_000;
const testSeconds = 300;

type Event = ({ readonly event: 'test' } & Outcome) | { readonly event: 'count'; readonly tests: number };

export async function runSuite(name: SuiteName, options: RunOptions): Promise<SuiteResult> {
  const suite = suites[name];
  const start = Date.now();
  await mkdir(options.directory, { recursive: true });
  const outcomes: Outcome[] = [];
  let total = 0;
  const progress = setInterval(() => {
    const failed = outcomes.filter(({ status }) => status === 'failed').length;
    const seconds = Math.round((Date.now() - start) / 1_000);
    console.log(`  ${name}: ${outcomes.length} of ${total || '?'} after ${seconds} s, ${failed} failed`);
  }, progressMs);
  try {
    const events = runPython(
      suite.kind === 'walk'
        ? {
            script: suite.script,
            env: clientEnvironment(options.cloud),
            signal: options.signal,
            input: walkInput(options),
          }
        : { script: 'suites.py', input: tempestInput(suite.regex, options), signal: options.signal },
    ) as AsyncGenerator<Event>;
    for await (const event of events) {
      if (event.event === 'count') total = event.tests;
      else {
        const { id, status, seconds, reason } = event;
        outcomes.push({ id, status, seconds, reason });
        if (status === 'failed') console.log(`  ✗ ${id}`);
      }
    }
  } finally {
    clearInterval(progress);
  }
  return { suite: name, seconds: (Date.now() - start) / 1_000, outcomes, baseline: baselineOf(name, options) };
}

function tempestInput(regex: string, options: RunOptions): unknown {
  const { cloud } = options;
  return {
    regex,
    directory: options.directory,
    auth_url: cloud.credentials.authUrl,
    username: cloud.credentials.username,
    password: cloud.credentials.password,
    project: cloud.credentials.projectName,
    region: cloud.region,
    public: cloud.public,
    extensions: cloud.extensions,
    concurrency: options.concurrency,
    only: options.only ?? null,
    list: options.list ?? null,
    test_seconds: testSeconds,
  };
}

function walkInput({ cloud, only }: RunOptions): unknown {
  return { public: cloud.public.name, extensions: cloud.extensions, only: only ?? null };
}

/** What every client of OpenStack reads. */
export function clientEnvironment({ credentials, region }: Cloud): Readonly<Record<string, string>> {
  return {
    OS_AUTH_URL: credentials.authUrl,
    OS_USERNAME: credentials.username,
    OS_PASSWORD: credentials.password,
    OS_PROJECT_NAME: credentials.projectName,
    OS_USER_DOMAIN_NAME: credentials.userDomainName,
    OS_PROJECT_DOMAIN_NAME: credentials.projectDomainName,
    OS_REGION_NAME: region,
    OS_IDENTITY_API_VERSION: '3',
  };
}

function baselineOf(name: SuiteName, { only, list }: RunOptions): readonly string[] | undefined {
  const file = join(here, 'baseline', `${name}.txt`);
  if (!existsSync(file)) return undefined;
  const wanted = list === undefined ? undefined : new Set(list.map((id) => id.replace(/\[[^\]]*\]/, '')));
  const pattern = only === undefined ? undefined : new RegExp(only);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((id) => id !== '' && (wanted?.has(id) ?? true) && (pattern?.test(id) ?? true));
}
