import type { Command } from 'commander';
import type { Line } from '../trace/line.ts';
import { renderLine } from '../trace/render.ts';
import { apiClient } from './target.ts';

interface TraceOptions {
  readonly protocol?: string;
  readonly destinationPort?: number;
  readonly json?: boolean;
  readonly explain?: boolean;
  readonly config?: string;
}

/** Exit code of `tapline trace` when the packet does not arrive; 1 is left for questions that have no answer. */
const stopsCode = 3;

/** `tapline trace FROM TO`: the line of a packet, as the hosts are wired at this moment. */
export function addTrace(program: Command): void {
  program
    .command('trace')
    .description('walk a packet over the hosts as they are now: every hop, or the hop and the rule at which it dies')
    .argument('<from>', 'port (name or id), fixed IP, floating IP, or an address outside')
    .argument('<to>', 'likewise')
    .option('--protocol <name>', 'icmp, tcp or udp')
    .option('--destination-port <number>', 'for tcp and udp', portNumber)
    .option('--explain', 'show for every hop the command that proves it')
    .option('--json', 'print the line as JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', `\nExits with 0 when the packet arrives, ${stopsCode} when it does not.`)
    .action(async (from: string, to: string, options: TraceOptions) => {
      const start = performance.now();
      const line = (await apiClient(options.config).request('POST', '/tapline/v1/trace', {
        from,
        to,
        ...(options.protocol !== undefined && { protocol: options.protocol }),
        ...(options.destinationPort !== undefined && { destinationPort: options.destinationPort }),
      })) as unknown as Line;
      const text = options.json
        ? `${JSON.stringify(line, null, 2)}\n`
        : renderLine(line, {
            explain: options.explain ?? false,
            colour: process.stdout.isTTY && !process.env['NO_COLOR'],
            tookMs: performance.now() - start,
          });
      process.stdout.write(text);
      if (line.verdict === 'stops') process.exitCode = stopsCode;
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port number: ${text}`);
  return port;
}
