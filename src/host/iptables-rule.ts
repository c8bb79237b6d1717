/** A value that `!` may stand before. */
export interface Negatable {
  readonly negated: boolean;
  readonly value: string;
}

/** One match of a rule. Options stand in the order in which iptables-save prints them; a missing one is null. */
export type RuleMatch =
  | { readonly kind: 'source' | 'destination'; readonly negated: boolean; readonly cidr: string }
  /** A trailing `+` stands for any ending. */
  | { readonly kind: 'inInterface' | 'outInterface'; readonly negated: boolean; readonly name: string }
  | { readonly kind: 'protocol'; readonly negated: boolean; readonly protocol: string }
  | {
      readonly kind: 'physdev';
      readonly in: Negatable | null;
      readonly out: Negatable | null;
      readonly isIn: boolean;
      readonly isOut: boolean;
      readonly isBridged: boolean;
    }
  | { readonly kind: 'mac'; readonly negated: boolean; readonly macAddress: string }
  | {
      readonly kind: 'state';
      readonly module: 'state' | 'conntrack';
      readonly negated: boolean;
      readonly states: readonly string[];
    }
  | { readonly kind: 'set'; readonly negated: boolean; readonly name: string; readonly directions: readonly string[] }
  | {
      readonly kind: 'mark' | 'connmark';
      readonly negated: boolean;
      readonly value: number;
      readonly mask: number | null;
    }
  | {
      readonly kind: 'ports';
      readonly module: string;
      readonly source: Negatable | null;
      readonly destination: Negatable | null;
    }
  | { readonly kind: 'tcpFlags'; readonly negated: boolean; readonly mask: string; readonly set: string }
  | { readonly kind: 'icmp'; readonly family: 4 | 6; readonly negated: boolean; readonly type: string }
  | {
      readonly kind: 'multiport';
      readonly option: 'sports' | 'dports' | 'ports';
      readonly negated: boolean;
      /** Single ports and `first:last`. */
      readonly ports: readonly string[];
    }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string };

/** What a rule does. `jump` and `goto` name a chain. */
export type RuleTarget =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | { readonly kind: 'reject'; readonly with: string | null }
  | {
      readonly kind: 'dnat' | 'snat';
      /** `address`, `address:port` or `first-last`. */
      readonly to: string;
      /** `--random`, `--random-fully`, `--persistent`, as printed. */
      readonly flags: readonly string[];
    }
  | { readonly kind: 'redirect'; readonly toPorts: string | null }
  | { readonly kind: 'masquerade'; readonly flags: readonly string[] }
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number }
  | {
      readonly kind: 'connmark';
      readonly action: 'save' | 'restore';
      readonly nfmask: number;
      readonly ctmask: number;
    }
  | { readonly kind: 'connmarkSet'; readonly value: number; readonly mask: number }
  | { readonly kind: 'ctZone'; readonly zone: number }
  | { readonly kind: 'ctNotrack' }
  | { readonly kind: 'checksum' }
  | { readonly kind: 'unknown'; readonly text: string };

/** A rule line without `-A CHAIN `; a rule without target counts only. */
export interface IptablesRule {
  readonly matches: readonly RuleMatch[];
  readonly target: RuleTarget | null;
}
