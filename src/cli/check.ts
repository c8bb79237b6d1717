import type { Command } from 'commander';
import type { CheckReport } from '../server/check.ts';
import { apiClient } from './target.ts';

/** Exit code when something is wrong; 1 is left for a server that cannot be asked. */
const unhealthyCode = 3;

/** `tapline check`: is the deployment well, and what of it is not yet enforced. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description(
      'say whether agents are alive and in step, what has no host, and what is accepted but not yet enforced',
    )
    .option('--json', 'print the report as JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', `\nExits with 0 when all is well, ${unhealthyCode} when not.`)
    .action(async (options: { json?: boolean; config?: string }) => {
      const answer = await apiClient(options.config).request('GET', '/tapline/v1/check');
      const report = answer as unknown as CheckReport;
      process.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : renderCheck(report));
      if (!report.healthy) process.exitCode = unhealthyCode;
    });
}

export function renderCheck({ healthy, hosts, findings, not_enforced: kept }: CheckReport): string {
  const alive = hosts.filter((host) => host.alive).length;
  const lines = [
    healthy
      ? `well: ${alive} of ${hosts.length} hosts alive`
      : `${findings.length} findings, ${alive} of ${hosts.length} hosts alive`,
    ...findings.map(({ problem, id, name, reason }) => {
      const what = name === '' || name === id ? id : `${name} (${id})`;
      return `  ${[problem.replaceAll('-', ' '), what].filter((part) => part !== '').join(' ')}: ${reason}`;
    }),
    ...(kept.length > 0 ? ['accepted, but not yet enforced:'] : []),
    ...kept.map(({ resource, count, reason }) => `  ${count} ${resource}: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}
