import type { Negatable, RuleMatch } from './iptables-rule.ts';

interface Read {
  readonly match: RuleMatch;
  readonly next: number;
}

/** Reads the match at a position: an address, interface or protocol, or a whole `-m MODULE` with its options. */
export function readMatch(tokens: readonly string[], start: number): Read {
  const negated = tokens[start] === '!';
  const at = negated ? start + 1 : start;
  const option = tokens[at] ?? '';
  const value = tokens[at + 1];
  if (value !== undefined) {
    const simple = readSimple(option, value, negated);
    if (simple !== null) return { match: simple, next: at + 2 };
    if (option === '-m' && !negated) return readModule(tokens, start);
  }
  return unknownUntilNext(tokens, start);
}

function readSimple(option: string, value: string, negated: boolean): RuleMatch | null {
  switch (option) {
    case '-s':
      return { kind: 'source', negated, cidr: value };
    case '-d':
      return { kind: 'destination', negated, cidr: value };
    case '-i':
      return { kind: 'inInterface', negated, name: value };
    case '-o':
      return { kind: 'outInterface', negated, name: value };
    case '-p':
      return { kind: 'protocol', negated, protocol: value };
    default:
      return null;
  }
}

interface Option {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** A module's options reach up to the next `-m` or target. */
function readModule(tokens: readonly string[], start: number): Read {
  const next = endOfModule(tokens, start + 2);
  const options = readOptions(tokens.slice(start + 2, next));
  const match = options === null ? null : moduleMatch(tokens[start + 1] ?? '', options);
  return { match: match ?? { kind: 'unknown', text: tokens.slice(start, next).join(' ') }, next };
}

const boundaries = new Set(['-m', '-j', '-g', '-s', '-d', '-i', '-o', '-p']);

function endOfModule(tokens: readonly string[], start: number): number {
  let next = start;
  while (next < tokens.length && !boundaries.has(tokens[next] ?? '')) next += tokens[next] === '--comment' ? 2 : 1;
  return Math.min(next, tokens.length);
}

function unknownUntilNext(tokens: readonly string[], start: number): Read {
  const next = Math.max(endOfModule(tokens, start + 1), start + 1);
  return { match: { kind: 'unknown', text: tokens.slice(start, next).join(' ') }, next };
}

function readOptions(tokens: readonly string[]): readonly Option[] | null {
  const options: { name: string; negated: boolean; values: string[] }[] = [];
  let negated = false;
  let expectsText = false;
  for (const token of tokens) {
    const last = options.at(-1);
    if (token === '!' && !expectsText) negated = true;
    else if (token.startsWith('--') && !expectsText) {
      options.push({ name: token.slice(2), negated, values: [] });
      negated = false;
      expectsText = token === '--comment';
    } else if (last === undefined || negated) return null;
    else {
      last.values.push(token);
      expectsText = false;
    }
  }
  return negated ? null : options;
}

function moduleMatch(module: string, options: readonly Option[]): RuleMatch | null {
  switch (module) {
    case 'physdev':
      return physdevMatch(options);
    case 'tcp':
    case 'udp':
    case 'udplite':
    case 'sctp':
    case 'dccp':
      return portsMatch(module, options);
    default:
      return singleOption(module, options);
  }
}

function physdevMatch(options: readonly Option[]): RuleMatch | null {
  if (options.some((option) => option.name.startsWith('physdev-is-') && option.negated)) return null;
  const names = options.map((option) => option.name);
  return {
    kind: 'physdev',
    in: negatable(options, 'physdev-in'),
    out: negatable(options, 'physdev-out'),
    isIn: names.includes('physdev-is-in'),
    isOut: names.includes('physdev-is-out'),
    isBridged: names.includes('physdev-is-bridged'),
  };
}

function portsMatch(module: string, options: readonly Option[]): RuleMatch | null {
  const [first] = options;
  if (first?.name === 'tcp-flags' && options.length === 1) {
    return { kind: 'tcpFlags', negated: first.negated, mask: first.values[0] ?? '', set: first.values[1] ?? '' };
  }
  if (options.some((option) => option.name !== 'sport' && option.name !== 'dport')) return null;
  return { kind: 'ports', module, source: negatable(options, 'sport'), destination: negatable(options, 'dport') };
}

function negatable(options: readonly Option[], name: string): Negatable | null {
  const option = options.find((candidate) => candidate.name === name);
  return option === undefined ? null : { negated: option.negated, value: option.values[0] ?? '' };
}

/** The modules that have one option. */
function singleOption(module: string, options: readonly Option[]): RuleMatch | null {
  const [option] = options;
  if (option === undefined || options.length !== 1) return null;
  const { negated, values } = option;
  const value = values[0] ?? '';
  switch (`${module} ${option.name}`) {
    case 'mac mac-source':
      return { kind: 'mac', negated, macAddress: value };
    case 'state state':
    case 'conntrack ctstate':
      return { kind: 'state', module: module === 'state' ? 'state' : 'conntrack', negated, states: value.split(',') };
    case 'set match-set':
      return { kind: 'set', negated, name: value, directions: (values[1] ?? '').split(',') };
    case 'mark mark':
    case 'connmark mark':
      return markMatch(module === 'mark' ? 'mark' : 'connmark', negated, value);
    case 'icmp icmp-type':
      return { kind: 'icmp', family: 4, negated, type: value };
    case 'icmp6 icmpv6-type':
      return { kind: 'icmp', family: 6, negated, type: value };
    case 'multiport sports':
    case 'multiport dports':
    case 'multiport ports':
      return multiportMatch(option.name, negated, value);
    case 'comment comment':
      return negated ? null : { kind: 'comment', text: value };
    default:
      return null;
  }
}

function markMatch(kind: 'mark' | 'connmark', negated: boolean, text: string): RuleMatch {
  const [value = '', mask] = text.split('/');
  return { kind, negated, value: Number(value), mask: mask === undefined ? null : Number(mask) };
}

function multiportMatch(name: string, negated: boolean, text: string): RuleMatch | null {
  if (name !== 'sports' && name !== 'dports' && name !== 'ports') return null;
  return { kind: 'multiport', option: name, negated, ports: text.split(',') };
}
