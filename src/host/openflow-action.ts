import type { PortText } from './openflow-port.ts';

/** Part of a field, as `NXM_OF_VLAN_TCI[0..11]`: `range` is the text between the brackets, empty for the whole field. */
export interface Subfield {
  readonly field: string;
  readonly range: string;
}

/** What a `learn()` puts into the flow that it makes. */
export type LearnSpec =
  | { readonly kind: 'option'; readonly name: string; readonly value: string }
  | { readonly kind: 'copyMatch'; readonly field: Subfield }
  | { readonly kind: 'fieldMatch'; readonly field: Subfield; readonly from: Subfield }
  | { readonly kind: 'valueMatch'; readonly field: string; readonly value: string }
  | { readonly kind: 'loadValue'; readonly value: string; readonly to: Subfield }
  | { readonly kind: 'loadField'; readonly from: Subfield; readonly to: Subfield }
  | { readonly kind: 'output'; readonly from: Subfield }
  | { readonly kind: 'unknown'; readonly text: string };

/** One action of a flow, in the words of ovs-actions(7). */
export type Action =
  | { readonly kind: 'output'; readonly port: PortText; readonly bare: boolean }
  | { readonly kind: 'outputField'; readonly from: Subfield }
  | { readonly kind: 'normal' }
  | { readonly kind: 'inPort' }
  | { readonly kind: 'flood' }
  | { readonly kind: 'all' }
  | { readonly kind: 'local' }
  | { readonly kind: 'drop' }
  | { readonly kind: 'gotoTable'; readonly table: number }
  | { readonly kind: 'resubmitPort'; readonly port: PortText }
  | {
      readonly kind: 'resubmitTable';
      readonly port: PortText | null;
      readonly table: number | null;
      readonly ct: boolean;
    }
  | { readonly kind: 'pushVlan'; readonly etherType: string }
  | { readonly kind: 'popVlan'; readonly word: 'pop_vlan' | 'strip_vlan' }
  | { readonly kind: 'modVlanVid'; readonly vlan: number }
  | { readonly kind: 'setField'; readonly value: string; readonly mask: string | null; readonly field: string }
  | { readonly kind: 'load'; readonly value: string; readonly to: Subfield }
  | { readonly kind: 'move'; readonly from: Subfield; readonly to: Subfield }
  | { readonly kind: 'modify'; readonly word: ModifyWord; readonly value: string }
  | { readonly kind: 'decTtl' }
  | { readonly kind: 'setQueue'; readonly queue: number }
  | { readonly kind: 'popQueue' }
  | { readonly kind: 'meter'; readonly meter: number }
  | { readonly kind: 'group'; readonly group: number }
  | { readonly kind: 'learn'; readonly specs: readonly LearnSpec[] }
  | { readonly kind: 'conjunction'; readonly id: number; readonly clause: number; readonly clauses: number }
  | { readonly kind: 'ct'; readonly arguments: readonly string[] }
  | { readonly kind: 'ctClear' }
  | { readonly kind: 'note'; readonly bytes: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** OpenFlow 1.0's actions that write one field, each with the field that it writes. */
export const modifyWords = {
  mod_dl_src: 'eth_src',
  mod_dl_dst: 'eth_dst',
  mod_nw_src: 'nw_src',
  mod_nw_dst: 'nw_dst',
  mod_nw_tos: 'nw_tos',
  mod_nw_ttl: 'nw_ttl',
  mod_tp_src: 'tp_src',
  mod_tp_dst: 'tp_dst',
  mod_vlan_pcp: 'dl_vlan_pcp',
} as const;

export type ModifyWord = keyof typeof modifyWords;
