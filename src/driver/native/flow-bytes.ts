/**
 * Flows in the bytes of OpenFlow 1.4 (sections 7.2.3 to 7.2.5 and 7.3.4.2), in the words that flows of ports and networks are
 * made of. What has no word here, such as a `learn()`, is left to the tool that knows them all. Pure.
 */
import type { Flow } from '../../host/host-state.ts';
import { parseFlow } from '../../host/openflow.ts';
import type { Action, Subfield } from '../../host/openflow-action.ts';
import type { MatchItem } from '../../host/openflow-match.ts';
import type { PortText } from '../../host/openflow-port.ts';
import { addressBytes, macBytes } from './ip-bytes.ts';

/** The body of a flow modification; null where the flow has a word that this does not know. Its ports must stand by number. */
export function flowBytes(flow: Flow, command: 'add' | 'remove'): Buffer | null {
  const { match, actions } = parseFlow(flow);
  const fields = matchBytes(match);
  const instructions = command === 'remove' ? EMPTY : instructionBytes(actions);
  if (fields === null || instructions === null) return null;
  const head = Buffer.alloc(40);
  const cookie = BigInt(flow.cookie ?? 0);
  head.writeBigUInt64BE(cookie, 0);
  if (command === 'remove' && flow.cookie !== undefined) head.writeBigUInt64BE(ALL_OF_64_BITS, 8);
  head[16] = flow.table;
  head[17] = command === 'add' ? ADD : DELETE_STRICT;
  head.writeUInt16BE(flow.idleTimeout ?? 0, 18);
  head.writeUInt16BE(flow.hardTimeout ?? 0, 20);
  head.writeUInt16BE(flow.priority, 22);
  // No buffer, any port, any group.
  head.fill(0xff, 24, 36);
  return Buffer.concat([head, fields, instructions]);
}

const EMPTY = Buffer.alloc(0);
const ALL_OF_64_BITS = 0xffffffffffffffffn;
const ADD = 0;
const DELETE_STRICT = 4;
const NICIRA = 0x2320;

interface Field {
  /** In the class of OpenFlow's own fields, or in that of OVS's extensions. */
  readonly number: number;
  readonly isExtension?: true;
  readonly bytes: number;
  readonly read: (text: string, bytes: number) => Buffer;
}

const mac = (number: number): Field => ({ number, bytes: 6, read: macBytes });
const ip = (number: number, bytes: number): Field => ({ number, bytes, read: addressBytes });
const numeric = (number: number, bytes: number): Field => ({ number, bytes, read: numberBytes });

const inPort = numeric(0, 4);
const etherType = numeric(5, 2);
const vlan = numeric(6, 2);
const ipProtocol = numeric(10, 1);
const fields = {
  eth_dst: mac(3),
  eth_src: mac(4),
  arp_op: numeric(21, 2),
  arp_spa: ip(22, 4),
  arp_tpa: ip(23, 4),
  arp_sha: mac(24),
  arp_tha: mac(25),
  icmpv6_type: numeric(29, 1),
  ip_dscp: numeric(8, 1),
  reg2: { ...numeric(2, 4), isExtension: true },
  nd_target: ip(31, 16),
  tun_id: numeric(38, 8),
} as const;

/** What a match calls a field. */
const matched: Readonly<Record<string, Field>> = {
  dl_dst: fields.eth_dst,
  dl_src: fields.eth_src,
  arp_spa: fields.arp_spa,
  arp_tpa: fields.arp_tpa,
  icmp_type: fields.icmpv6_type,
  nd_target: fields.nd_target,
  reg2: fields.reg2,
  tun_id: fields.tun_id,
};

/** What an action that writes a field calls it. */
const written: Readonly<Record<string, Field>> = { ...fields, vlan_vid: vlan };

/** What `move` calls a field. */
const moved: Readonly<Record<string, Field>> = {
  NXM_OF_ETH_SRC: fields.eth_src,
  NXM_OF_ETH_DST: fields.eth_dst,
  NXM_OF_ARP_SPA: fields.arp_spa,
  NXM_OF_ARP_TPA: fields.arp_tpa,
  NXM_NX_ARP_SHA: fields.arp_sha,
  NXM_NX_ARP_THA: fields.arp_tha,
};

/** Protocols by what they stand for. */
const protocols: Readonly<Record<string, Buffer>> = {
  arp: oxm(etherType, numberBytes('0x0806', 2)),
  ip: oxm(etherType, numberBytes('0x0800', 2)),
  ipv6: oxm(etherType, numberBytes('0x86dd', 2)),
  icmp6: Buffer.concat([oxm(etherType, numberBytes('0x86dd', 2)), oxm(ipProtocol, numberBytes('58', 1))]),
};

const VLAN_IS_THERE = 0x1000;

function matchBytes(items: readonly MatchItem[]): Buffer | null {
  const parts = items.map((item) => itemBytes(item, items));
  if (parts.some((part) => part === null)) return null;
  const body = Buffer.concat(parts.filter((part) => part !== null));
  const match = Buffer.alloc(aligned(4 + body.length));
  match.writeUInt16BE(1, 0);
  match.writeUInt16BE(4 + body.length, 2);
  body.copy(match, 4);
  return match;
}

function itemBytes(item: MatchItem, items: readonly MatchItem[]): Buffer | null {
  switch (item.kind) {
    case 'protocol':
      return protocols[item.word] ?? null;
    case 'inPort': {
      const port = portNumber(item.port);
      return port === null ? null : oxm(inPort, numberBytes(String(port), 4));
    }
    case 'field':
      return fieldBytes(item, items);
    case 'unknown':
      return null;
  }
}

function fieldBytes(
  { field, value, mask }: Extract<MatchItem, { readonly kind: 'field' }>,
  items: readonly MatchItem[],
): Buffer | null {
  if (field === 'dl_vlan' && mask === null) return oxm(vlan, numberBytes(String(VLAN_IS_THERE | Number(value)), 2));
  // This is how OVS says that there is none.
  if (field === 'vlan_tci' && value === '0x0000' && mask === '0x1fff') return oxm(vlan, numberBytes('0', 2));
  const isIcmp6 = items.some((one) => one.kind === 'protocol' && one.word === 'icmp6');
  const known = field === 'icmp_type' && !isIcmp6 ? undefined : matched[field];
  if (known === undefined) return null;
  return oxm(known, known.read(value, known.bytes), mask === null ? undefined : maskBytes(mask, known));
}

/** Addresses may have a length of prefix for a mask. */
function maskBytes(mask: string, { bytes, read }: Field): Buffer {
  if (read !== addressBytes || !/^\d+$/.test(mask)) return read(mask, bytes);
  const ones = Number(mask);
  return Buffer.from(Array.from({ length: bytes }, (_, n) => 0xff & ~(0xff >> Math.max(0, Math.min(8, ones - n * 8)))));
}

/** A field with its value and mask, as section 7.2.3.2 has it. */
function oxm({ number, bytes, isExtension }: Field, value: Buffer, mask?: Buffer): Buffer {
  const length = mask === undefined ? bytes : bytes * 2;
  return Buffer.concat([
    Buffer.from([
      isExtension ? 0x00 : 0x80,
      isExtension ? 0x01 : 0x00,
      (number << 1) | (mask === undefined ? 0 : 1),
      length,
    ]),
    value,
    mask ?? EMPTY,
  ]);
}

function instructionBytes(actions: readonly Action[]): Buffer | null {
  const last = actions.at(-1);
  if (actions.length === 1 && last?.kind === 'drop') return EMPTY;
  const goes = last?.kind === 'gotoTable' ? Buffer.from([0, 1, 0, 8, last.table, 0, 0, 0]) : EMPTY;
  const parts = (last?.kind === 'gotoTable' ? actions.slice(0, -1) : actions).map(actionBytes);
  if (parts.some((part) => part === null)) return null;
  const body = Buffer.concat(parts.filter((part) => part !== null));
  if (body.length === 0) return goes;
  const head = Buffer.alloc(8);
  head.writeUInt16BE(4, 0);
  head.writeUInt16BE(8 + body.length, 2);
  return Buffer.concat([head, body, goes]);
}

const reserved = { inPort: 0xfffffff8, normal: 0xfffffffa, flood: 0xfffffffb, all: 0xfffffffc, local: 0xfffffffe };

function actionBytes(action: Action): Buffer | null {
  switch (action.kind) {
    case 'inPort':
    case 'normal':
    case 'flood':
    case 'all':
    case 'local':
      return outputBytes(reserved[action.kind]);
    case 'output': {
      const port = portNumber(action.port);
      return port === null ? null : outputBytes(port);
    }
    case 'pushVlan':
      return Buffer.concat([Buffer.from([0, 17, 0, 8]), numberBytes(action.etherType, 2), Buffer.alloc(2)]);
    case 'popVlan':
      return Buffer.from([0, 18, 0, 8, 0, 0, 0, 0]);
    case 'setField': {
      const field = written[action.field];
      if (field === undefined || action.mask !== null) return null;
      const value = oxm(field, field.read(action.value, field.bytes));
      const bytes = Buffer.alloc(aligned(4 + value.length));
      bytes.writeUInt16BE(25, 0);
      bytes.writeUInt16BE(bytes.length, 2);
      value.copy(bytes, 4);
      return bytes;
    }
    case 'resubmitPort':
      return resubmitBytes(action.port);
    case 'move':
      return moveBytes(action.from, action.to);
    default:
      return null;
  }
}

function outputBytes(port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(16, 2);
  bytes.writeUInt32BE(port, 4);
  return bytes;
}

/** An extension of OVS (`nicira-ext.h`), of whole fields only. */
function moveBytes(from: Subfield, to: Subfield): Buffer | null {
  const [source, target] = [moved[from.field], moved[to.field]];
  if (source === undefined || target === undefined || from.range !== '' || to.range !== '') return null;
  const bytes = Buffer.alloc(24);
  bytes.writeUInt16BE(0xffff, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt32BE(NICIRA, 4);
  bytes.writeUInt16BE(6, 8);
  bytes.writeUInt16BE(source.bytes * 8, 10);
  oxm(source, EMPTY).copy(bytes, 16);
  oxm(target, EMPTY).copy(bytes, 20);
  return bytes;
}

/** An extension of OVS, to the first table, with a port of OpenFlow 1.0. */
function resubmitBytes(port: PortText): Buffer | null {
  if (port.kind !== 'numbered') return null;
  const bytes = Buffer.alloc(16);
  bytes.writeUInt16BE(0xffff, 0);
  bytes.writeUInt16BE(bytes.length, 2);
  bytes.writeUInt32BE(NICIRA, 4);
  bytes.writeUInt16BE(1, 8);
  bytes.writeUInt16BE(port.ofport, 10);
  return bytes;
}

function portNumber(port: PortText): number | null {
  if (port.kind === 'numbered') return port.ofport;
  return port.name === 'LOCAL' && !port.quoted ? reserved.local : null;
}

function numberBytes(text: string, bytes: number): Buffer {
  const value = Buffer.alloc(8);
  value.writeBigUInt64BE(BigInt(text));
  return value.subarray(8 - bytes);
}

function aligned(length: number): number {
  return (length + 7) & ~7;
}
