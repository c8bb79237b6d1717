import type { Endpoint, Hop, Line } from './line.ts';
import { hasPorts } from './packet.ts';
import type { Reading } from './reading.ts';

export interface RenderOptions {
  /** Show for each hop the commands that prove it, with what they show. */
  readonly explain?: boolean;
  /** ANSI colours: for a terminal that wants them. */
  readonly colour?: boolean;
  /** How long the walk took, where it should be said. */
  readonly tookMs?: number;
}

/** A line as text for a terminal: one hop a line, in columns, and what would mend it where it stops. */
export function renderLine(line: Line, options: RenderOptions = {}): string {
  const paint = options.colour === true ? ansi : plain;
  const rows = line.hops.map(columns);
  const widths = [0, 1, 2, 3, 4].map((column) =>
    Math.max(0, ...rows.map((row) => Array.from(row[column] ?? '').length)),
  );
  const hops = line.hops.flatMap((hop, index) => {
    const last = line.stop !== null && index === line.hops.length - 1;
    const row = (rows[index] ?? []).map((cell, column) =>
      pad(cell, Math.min(widths[column] ?? 0, maxWidths[column] ?? 0)),
    );
    const text = ` ${row.join('  ')}`.trimEnd();
    return [last ? paint.bad(text) : text, ...(options.explain === true ? explained(hop, paint) : [])];
  });
  const blocks = [[headline(line, options, paint)], hops, stopLines(line, paint), assumptionLines(line, paint)];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n')}\n`;
}

/** A line, and whether the hosts are as they should be along it. */
export function renderReading({ line, agreement }: Reading, options: RenderOptions = {}): string {
  const text = renderLine(line, options);
  if (agreement === undefined) return text;
  const paint = options.colour === true ? ansi : plain;
  if (agreement.agrees) return `${text}\n${paint.good(' intended = observed at every hop')}\n`;
  const differing = agreement.hops.filter(({ seen }) => seen !== 'both');
  const rows = differing.map(({ hop, seen }) => {
    const where = [hop.letter, hop.host, shortPlace(hop.place), hop.device].filter((part) => part !== '').join('  ');
    return paint.bad(
      ` ≠ ${where}  ${seen === 'intended' ? 'intended, and not so' : 'so, and not intended'}: ${hop.what}`,
    );
  });
  const end = rows.length > 0 ? [] : [paint.bad(' ≠ intended and observed end differently')];
  return `${text}\n${[...rows, ...end].join('\n')}\n`;
}

type Paint = Readonly<Record<'good' | 'bad' | 'dim' | 'bold', (text: string) => string>>;

const plain: Paint = { good: (text) => text, bad: (text) => text, dim: (text) => text, bold: (text) => text };

function ansiCode(code: number): (text: string) => string {
  return (text) => `\u001b[${code}m${text}\u001b[0m`;
}

const ansi: Paint = { good: ansiCode(32), bad: ansiCode(31), dim: ansiCode(2), bold: ansiCode(1) };

/** Letter, host, place, device, what, because. */
const maxWidths = [1, 24, 24, 18, 72, 200];

function columns(hop: Hop): readonly string[] {
  return [hop.letter, hop.host, shortPlace(hop.place), hop.device, hop.what, hop.because];
}

/** A namespace's UUID is cut like a device name is. */
function shortPlace(place: string): string {
  return place.replace(/^(q[a-z]+-[0-9a-f]{8})-[0-9a-f-]{27}$/, '$1…');
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - Array.from(text).length));
}

function headline(line: Line, options: RenderOptions, paint: Paint): string {
  const { packet, stop } = line;
  const service = hasPorts(packet.protocol) ? `${packet.protocol} ${packet.destinationPort}` : packet.protocol;
  const ends = paint.bold(
    `${nameOf(line.from, packet.ipSource)} -> ${nameOf(line.to, packet.ipDestination)} ${service}`,
  );
  const hosts = line.hops.map((hop) => hop.host).filter((host, index, all) => host !== all[index - 1]);
  const letters = line.hops.filter((hop) => hop.letter !== '').length;
  const way = hosts.length === 0 ? 'no hop' : `${letters} letters, ${hosts.join(' -> ')}`;
  const took = options.tookMs === undefined ? '' : `, walked in ${options.tookMs.toFixed(2)} ms`;
  if (stop !== null) {
    const where = stop.letter === '' ? stop.host : `${stop.letter} on ${stop.host}`;
    return `${ends}   ${paint.bad(`stops at ${where}: ${stop.code}`)}   ${way}${took}`;
  }
  const as = [
    ...(line.translatedSource === null ? [] : [`as ${line.translatedSource}`]),
    ...(line.translatedDestination === null ? [] : [`at ${line.translatedDestination}`]),
  ];
  return `${ends}   ${paint.good(['arrives', ...as].join(', '))}   ${way}${took}`;
}

function nameOf(endpoint: Endpoint, ipAddress: string): string {
  return endpoint.kind === 'outside' || endpoint.name === ipAddress ? ipAddress : `${endpoint.name} ${ipAddress}`;
}

function explained(hop: Hop, paint: Paint): readonly string[] {
  return hop.evidence.flatMap((evidence) => [
    paint.dim(`      $ ${evidence.command}`),
    ...(evidence.text === '' ? [] : [paint.dim(`        ${evidence.text}`)]),
  ]);
}

function stopLines(line: Line, paint: Paint): readonly string[] {
  const { stop } = line;
  if (stop === null) return [];
  return [
    paint.bad(` ✗ ${stop.letter === '' ? '' : `${stop.letter} `}${stop.host}  ${stop.message}`),
    `   mend: ${stop.mend}`,
  ];
}

function assumptionLines(line: Line, paint: Paint): readonly string[] {
  return line.assumptions.map((assumption) => paint.dim(` taken for granted: ${assumption}`));
}
