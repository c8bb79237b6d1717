/** One step from a host as it is to a host as it should be. The order of steps is the driver's. */
import type { Daemon, Flow, IpSet, Link, OvsBridge, OvsPort, Route, Shaper, TableName } from './host-state.ts';

/** One change for each of the kinds. */
type Each<Kind extends string, Rest> = Kind extends string ? { readonly kind: Kind } & Rest : never;

export type Family = 'ipv4' | 'ipv6';

export interface Insertion {
  readonly place: number;
  readonly rule: string;
}

interface InTable {
  readonly namespace: string;
  readonly family: Family;
  readonly table: TableName;
  readonly chain: string;
}

export type NamespaceChange = Each<'add-namespace' | 'remove-namespace', { readonly namespace: string }>;

export type LinkChange =
  /** A veth's two ends are two changes. */
  | { readonly kind: 'add-link'; readonly namespace: string; readonly name: string; readonly link: Link }
  /** An internal port goes to its namespace and takes the place of a dead copy that may stand there. */
  | {
      readonly kind: 'move-link';
      readonly namespace: string;
      readonly name: string;
      readonly from: string;
      readonly replaces: boolean;
      readonly link: Link;
    }
  /** `link` has only what differs. */
  | { readonly kind: 'change-link'; readonly namespace: string; readonly name: string; readonly link: Partial<Link> }
  | { readonly kind: 'remove-link'; readonly namespace: string; readonly name: string; readonly link: Link }
  | Each<
      'add-address' | 'remove-address',
      { readonly namespace: string; readonly dev: string; readonly address: string }
    >
  /** Written in the place of any route to the same destination. */
  | Each<'write-route' | 'remove-route', { readonly namespace: string; readonly route: Route }>;

/** Written in the place of any queue that the device has, and of an older shaper without losing what waits there. */
export type ShaperChange = Each<
  'write-shaper' | 'remove-shaper',
  { readonly namespace: string; readonly dev: string; readonly shaper: Shaper }
>;

export type SysctlChange = {
  readonly kind: 'set-sysctl';
  readonly namespace: string;
  readonly key: string;
  readonly value: string;
};

export type RuleChange =
  /** One of our chains, with all its rules, in the place of what it had. */
  | (InTable & {
      readonly kind: 'write-chain';
      readonly rules: readonly string[];
      readonly isNew: boolean;
      /** Where the chain only gains rules: these, each at the place (from 1) that it has in `rules`, in that order. */
      readonly insertions?: readonly Insertion[];
    })
  | (InTable & { readonly kind: 'remove-chain' })
  /** Our jumps in a built-in chain: `stale` goes, `rules` come in front of what others have there. */
  | (InTable & {
      readonly kind: 'write-jumps';
      readonly rules: readonly string[];
      readonly stale: readonly string[];
    });

export type IpsetChange =
  | { readonly kind: 'add-ipset'; readonly namespace: string; readonly name: string; readonly set: IpSet }
  | {
      readonly kind: 'change-ipset';
      readonly namespace: string;
      readonly name: string;
      readonly add: readonly string[];
      readonly remove: readonly string[];
    }
  | { readonly kind: 'remove-ipset'; readonly namespace: string; readonly name: string };

export type OvsChange =
  /** `bridge` carries no ports or flows; those are changes of their own. */
  | Each<
      'add-bridge' | 'change-bridge',
      { readonly bridge: string; readonly settings: Omit<OvsBridge, 'ports' | 'flows'> }
    >
  | { readonly kind: 'remove-bridge'; readonly bridge: string }
  | { readonly kind: 'add-port'; readonly bridge: string; readonly name: string; readonly port: OvsPort }
  | { readonly kind: 'change-port'; readonly bridge: string; readonly name: string; readonly port: Partial<OvsPort> }
  | { readonly kind: 'remove-port'; readonly bridge: string; readonly name: string; readonly port: OvsPort };

export type FlowChange = Each<'add-flow' | 'remove-flow', { readonly bridge: string; readonly flow: Flow }>;

export type DaemonChange =
  /** `reload`: only files that it reads again on SIGHUP differ. */
  | Each<'start-daemon' | 'restart-daemon' | 'reload-daemon', { readonly id: string; readonly daemon: Daemon }>
  | { readonly kind: 'remove-daemon'; readonly id: string; readonly daemon: Daemon };

/** Something that is needed and that is not ours to make: an operator's bridge, a workload's namespace. */
export type Awaited = Each<'await-bridge' | 'await-namespace', { readonly name: string }>;

export type Change =
  | NamespaceChange
  | LinkChange
  | ShaperChange
  | SysctlChange
  | RuleChange
  | IpsetChange
  | OvsChange
  | FlowChange
  | DaemonChange
  | Awaited;
