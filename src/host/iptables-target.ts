import { printTarget } from './iptables-print.ts';
import type { RuleTarget } from './iptables-rule.ts';

/** Reads a rule's target from `-j` or `-g` on. */
export function readTarget(tokens: readonly string[]): RuleTarget {
  const text = tokens.join(' ');
  const [option = '', name = '', ...rest] = tokens;
  const target = option === '-g' ? readGoto(name, rest) : readJump(name, rest);
  return target !== null && printTarget(target) === text ? target : { kind: 'unknown', text };
}

function readGoto(chain: string, rest: readonly string[]): RuleTarget | null {
  return rest.length === 0 && chain !== '' ? { kind: 'goto', chain } : null;
}

function readJump(name: string, rest: readonly string[]): RuleTarget | null {
  const [option = '', value = ''] = rest;
  switch (name) {
    case 'ACCEPT':
      return { kind: 'accept' };
    case 'DROP':
      return { kind: 'drop' };
    case 'RETURN':
      return { kind: 'return' };
    case 'REJECT':
      return { kind: 'reject', with: option === '--reject-with' ? value : null };
    case 'DNAT':
      return { kind: 'dnat', to: value, flags: rest.slice(2) };
    case 'SNAT':
      return { kind: 'snat', to: value, flags: rest.slice(2) };
    case 'REDIRECT':
      return { kind: 'redirect', toPorts: option === '--to-ports' ? value : null };
    case 'MASQUERADE':
      return { kind: 'masquerade', flags: rest };
    case 'MARK':
      return readMark('mark', option, value);
    case 'CONNMARK':
      return readConnmark(rest);
    case 'CT':
      return option === '--notrack' ? { kind: 'ctNotrack' } : { kind: 'ctZone', zone: Number(value) };
    case 'CHECKSUM':
      return { kind: 'checksum' };
    default:
      return rest.length === 0 && name !== '' ? { kind: 'jump', chain: name } : null;
  }
}

function readMark(kind: 'mark' | 'connmarkSet', option: string, text: string): RuleTarget | null {
  if (option !== '--set-xmark') return null;
  const [value = '', mask = ''] = text.split('/');
  return { kind, value: Number(value), mask: Number(mask) };
}

function readConnmark(rest: readonly string[]): RuleTarget | null {
  const [action = '', nfmaskOption, nfmask = '', ctmaskOption, ctmask = ''] = rest;
  if (action === '--set-xmark') return readMark('connmarkSet', action, rest[1] ?? '');
  if (nfmaskOption !== '--nfmask' || ctmaskOption !== '--ctmask') return null;
  if (action !== '--save-mark' && action !== '--restore-mark') return null;
  const direction = action === '--save-mark' ? 'save' : 'restore';
  return { kind: 'connmark', action: direction, nfmask: Number(nfmask), ctmask: Number(ctmask) };
}
