import { writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import { collectHost } from '../driver/collect.ts';
import { collections } from '../trace/api-model.ts';
import { apiFile, hostFileEnding } from './dumped-cloud.ts';
import { apiClient } from './target.ts';

interface CollectOptions {
  readonly output?: string;
  readonly api?: boolean;
  readonly config?: string;
}

/** Only its owner may read it: it tells everything about a network. */
const mode = 0o600;

/** `tapline collect`: this host, or the cloud's API, as one file for `tapline trace --dumps`. Reads only. */
export function addCollect(program: Command): void {
  program
    .command('collect')
    .description('write how this host is wired to one file, whoever wired it; changes nothing')
    .option('--output <file>', `instead of HOSTNAME${hostFileEnding} or ${apiFile}`)
    .option('--api', "write the answers of the cloud's API instead, asked with the OS_* variables")
    .option('--config <file>', 'configuration file')
    .addHelpText(
      'after',
      '\nPut the files of some hosts and the API into one folder: tapline trace FROM TO --dumps FOLDER',
    )
    .action(async (options: CollectOptions) => {
      const { file, text, failures } = options.api ? await collectApi(options) : await collectThisHost(options);
      await writeFile(file, text, { mode });
      for (const failure of failures) console.error(`not read: ${failure}`);
      console.log(file);
    });
}

async function collectThisHost({ output }: CollectOptions) {
  const host = hostname();
  const { files, failures } = await collectHost();
  const text = `${JSON.stringify({ host, collectedAt: new Date().toISOString(), files }, null, 1)}\n`;
  return { file: output ?? `${host}${hostFileEnding}`, text, failures };
}

async function collectApi({ output, config }: CollectOptions) {
  const client = apiClient(config);
  const answers: Record<string, unknown> = {};
  for (const collection of collections) {
    answers[collection] = (await client.get(`/v2.0/${collection.replaceAll('_', '-')}`))[collection];
  }
  return { file: output ?? apiFile, text: `${JSON.stringify(answers, null, 1)}\n`, failures: [] };
}
