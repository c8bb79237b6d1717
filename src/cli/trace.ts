import type { Command } from 'commander';
import type { Line } from '../trace/line.ts';
import type { Protocol } from '../trace/packet.ts';
import type { Reading } from '../trace/reading.ts';
import { renderReading } from '../trace/render.ts';
import { type Asked, understand } from '../trace/understand.ts';
import { walk } from '../trace/walk.ts';
import { readDumpedCloud } from './dumped-cloud.ts';
import { apiClient } from './target.ts';

interface TraceOptions {
  readonly protocol?: Protocol;
  readonly dumps?: string;
  readonly intended?: boolean;
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
    .option('--protocol <name>', 'icmp, tcp or udp', protocolName)
    .option('--destination-port <number>', 'for tcp and udp', portNumber)
    .option('--explain', 'show for every hop the command that proves it')
    .option('--intended', 'walk over what the model says, and ask no host')
    .option(
      '--dumps <folder>',
      'walk over hosts that `tapline collect` or a Neutron operator dumped, and ask no server',
    )
    .option('--json', 'print the line as JSON')
    .option('--config <file>', 'configuration file')
    .addHelpText('after', `\nExits with 0 when the packet arrives, ${stopsCode} when it does not.`)
    .action(async (from: string, to: string, options: TraceOptions) => {
      const start = performance.now();
      const { protocol, destinationPort } = options;
      const asked = { from, to, ...(protocol && { protocol }), ...(destinationPort && { destinationPort }) };
      const reading: Reading =
        options.dumps === undefined
          ? await askServer(options, { ...asked, reading: options.intended ? 'intended' : 'both' })
          : { line: await lineOverDumps(options.dumps, asked) };
      const { line } = reading;
      const text = options.json
        ? `${JSON.stringify(reading.agreement === undefined ? line : { ...line, agreement: reading.agreement }, null, 2)}\n`
        : renderReading(reading, {
            explain: options.explain ?? false,
            colour: process.stdout.isTTY && !process.env['NO_COLOR'],
            tookMs: performance.now() - start,
          });
      process.stdout.write(text);
      if (line.verdict === 'stops') process.exitCode = stopsCode;
    });
}

/** The server is taken at its word, as are agents by it. */
async function askServer({ config }: TraceOptions, asked: object): Promise<Reading> {
  return (await apiClient(config).request('POST', '/tapline/v1/trace', asked)) as unknown as Reading;
}

/** The line over hosts as they were when they were dumped, whoever wired them. */
async function lineOverDumps(directory: string, asked: Asked): Promise<Line> {
  const { states, model } = await readDumpedCloud(directory);
  const understood = understand(model, asked);
  if (understood.kind === 'unclear') throw new Error(understood.message);
  return walk(states, understood.question);
}

function protocolName(text: string): Protocol {
  const known = text.toLowerCase();
  if (known !== 'icmp' && known !== 'icmp6' && known !== 'tcp' && known !== 'udp') {
    throw new Error(`not icmp, icmp6, tcp or udp: ${text}`);
  }
  return known;
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`not a port number: ${text}`);
  return port;
}
