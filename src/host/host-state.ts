/**
 * The one shape of a host: what it should have (compiled), what it has (read back), or what another system made of it.
 *
 * Plain data, comparable, JSON. Flows and iptables rules are kept in the canonical text in which their own tool prints them,
 * because that text is what operators grep for and what is compared; `host/openflow.ts` and `host/iptables.ts` take it apart.
 *
 * In a desired state a missing optional field means "any"; a missing object means "none of ours".
 */
export interface HostState {
  /** By name; the host's own namespace is `ROOT`. */
  readonly namespaces: Readonly<Record<string, Namespace>>;
  readonly bridges: Readonly<Record<string, OvsBridge>>;
  /** By `kind:id`, such as `dnsmasq:<network id>`. */
  readonly daemons: Readonly<Record<string, Daemon>>;
}

/** Key of the host's own namespace. */
export const ROOT = '';

export interface Namespace {
  readonly links: Readonly<Record<string, Link>>;
  readonly routes: readonly Route[];
  readonly neighbours?: readonly Neighbour[];
  /** Only the keys that compile lists are read, such as `net.ipv4.ip_forward`. */
  readonly sysctls: Readonly<Record<string, string>>;
  readonly ipv4: Ruleset;
  readonly ipv6: Ruleset;
  readonly ipsets: Readonly<Record<string, IpSet>>;
  /** By device, of the host's own namespace. */
  readonly shapers: Readonly<Record<string, Shaper>>;
}

/**
 * A network device.
 *
 * `internal` is an OVS internal port (its bridge port stands in `bridges`), in whichever namespace it was moved to.
 * `other` is anything that we never make: a physical NIC, `lo`, a bridge's own device.
 */
export interface Link {
  readonly kind: 'veth' | 'bridge' | 'tap' | 'internal' | 'other';
  readonly macAddress?: string;
  readonly mtu?: number;
  readonly up?: boolean;
  /** The Linux bridge that it is a port of. */
  readonly master?: string;
  /** Name of a veth's other end; `peerNamespace` where that is not the same namespace (null: unknown). */
  readonly peer?: string;
  readonly peerNamespace?: string | null;
  /** False where transmit offload must be off, because OVS reads the frames from an AF_PACKET socket. */
  readonly txOffload?: boolean;
  /** Device group, absent for the default one. What the agent makes is in `OUR_GROUP`: that is how it knows its own again. */
  readonly group?: string;
  /** Linux bridges: seconds, 0 floods always. */
  readonly ageingTime?: number;
  /** With prefix length, in order, such as `10.0.0.1/24`. Link-local IPv6 addresses that the kernel made are left out. */
  readonly addresses: readonly string[];
}

/** A token bucket (`tbf`) on the way out of a device: at most so much leaves it, what comes faster waits, what cannot wait is dropped. */
export interface Shaper {
  readonly kbps: number;
  /** What may leave at once after a pause, as the microseconds that it takes at the limit: so the kernel keeps it, without rounding. */
  readonly burstUs: number;
  /** What may wait. */
  readonly queueBytes: number;
  /** Where it was read. */
  readonly counters?: ShaperCounters;
}

export interface ShaperCounters {
  readonly packets: number;
  readonly bytes: number;
  /** Packets that found the queue full. */
  readonly dropped: number;
  readonly waitingBytes: number;
}

export interface Route {
  /** `default` or a CIDR, as `ip route` prints it. */
  readonly destination: string;
  readonly via?: string;
  readonly dev: string;
  /** `kernel` routes come with addresses and are never ours; ours are `static`. */
  readonly protocol?: string;
  /** Preferred source address. */
  readonly source?: string;
  readonly ipVersion: 4 | 6;
}

export interface Neighbour {
  readonly ipAddress: string;
  readonly dev: string;
  readonly macAddress: string;
  readonly state: string;
}

export type TableName = 'raw' | 'mangle' | 'nat' | 'filter';

/** The iptables (or ip6tables) rules of one namespace. */
export type Ruleset = Readonly<Partial<Record<TableName, Readonly<Record<string, Chain>>>>>;

export interface Chain {
  /** Built-in chains only. */
  readonly policy?: string;
  /**
   * As `iptables-save` prints them, without `-A CHAIN `, in order. In a desired state a built-in chain lists only the jumps to
   * our chains; what others put there stays.
   */
  readonly rules: readonly string[];
  /** Packets and bytes of each rule, where they were read. */
  readonly counters?: readonly (readonly [packets: number, bytes: number])[];
}

export interface IpSet {
  readonly type: 'hash:net';
  readonly family: 'inet' | 'inet6';
  /** Sorted. */
  readonly members: readonly string[];
}

export interface OvsBridge {
  readonly datapathType?: 'system' | 'netdev';
  readonly failMode?: 'secure' | 'standalone';
  readonly otherConfig?: Readonly<Record<string, string>>;
  /** Where it was read; the agent marks the bridges that it made. */
  readonly externalIds?: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, OvsPort>>;
  readonly flows: readonly Flow[];
  /** Learned addresses, where they were read. */
  readonly macTable?: readonly MacEntry[];
}

/** A port of an OVS bridge with its one interface of the same name. */
export interface OvsPort {
  /** `''` is a system device. */
  readonly type: '' | 'internal' | 'patch' | 'vxlan' | 'gre' | 'geneve';
  /** Access VLAN. */
  readonly tag?: number;
  readonly options: Readonly<Record<string, string>>;
  /** The interface's: `iface-id`, `attached-mac`, `iface-status`, … In a desired state others may stand beside ours. */
  readonly externalIds: Readonly<Record<string, string>>;
  /** The port's `other_config`: `net_uuid`, `network_type`, `segmentation_id`, `tag`, as Neutron records its local VLANs. */
  readonly otherConfig: Readonly<Record<string, string>>;
  /** OpenFlow port number, where it was read. */
  readonly ofport?: number;
  /** What OVS could not do, where it was read. */
  readonly error?: string;
}

/** An OpenFlow entry. Ports are named, never numbered, as in `ovs-ofctl --names`. */
export interface Flow {
  readonly table: number;
  readonly priority: number;
  /** Canonical text of the match, fields in the order in which OVS prints them; empty matches everything. */
  readonly match: string;
  /** Canonical text of the actions. */
  readonly actions: string;
  /** As OVS prints it, such as `0x7461706c696e65`. */
  readonly cookie?: string;
  /** Seconds. A flow with a timeout was learned by the switch and is never ours to remove. */
  readonly hardTimeout?: number;
  readonly idleTimeout?: number;
  readonly packets?: number;
  readonly bytes?: number;
}

export interface MacEntry {
  readonly port: string;
  readonly vlan: number;
  readonly macAddress: string;
  readonly ageSeconds: number;
}

/** A process of ours with the files it reads. */
export interface Daemon {
  readonly kind: 'dnsmasq';
  readonly namespace: string;
  /** The command line; `argv[0]` is the program. */
  readonly argv: readonly string[];
  /** Absolute path to content: everything the daemon reads. */
  readonly files: Readonly<Record<string, string>>;
  /** Process id, where it was read and runs. */
  readonly pid?: number;
}

/** The group of the devices that the agent made (`tapline` in ASCII, cut to 32 bits). */
export const OUR_GROUP = '1952542828';

/** A namespace with nothing in it. */
export const emptyNamespace: Namespace = {
  links: {},
  routes: [],
  sysctls: {},
  ipv4: {},
  ipv6: {},
  ipsets: {},
  shapers: {},
};
