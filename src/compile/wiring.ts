/**
 * What a host itself contributes to its desired state, beside its share of the model: its configuration, what was plugged
 * into it, and the numbers that it gave out locally and must keep over a restart.
 */
export interface Wiring {
  readonly host: string;
  readonly datapathType: 'system' | 'netdev';
  /** Address on which this host ends its tunnels; null where it has none. */
  readonly localIp: string | null;
  /** Provider network to bridge, such as `{ public: 'br-ex' }`. The bridges exist: they are the operator's. */
  readonly bridgeMappings: Readonly<Record<string, string>>;
  /** Domain of the names that DHCP and DNS give to ports; `openstacklocal` where it is not said. */
  readonly dnsDomain?: string;
  /** Where daemons keep their files; absolute. */
  readonly stateDirectory: string;
  /** Network id to the VLAN that stands for it on this host's br-int, 1 to 4094. */
  readonly localVlans: Readonly<Record<string, number>>;
  /** Port id to conntrack zone, from 4097, as Neutron's hybrid driver gives them. */
  readonly conntrackZones: Readonly<Record<string, number>>;
  /** Port id to what the agent itself plugs. */
  readonly plugs: Readonly<Record<string, Plug>>;
  /** Port id to the OVS port that someone else (os-vif) made with `external_ids:iface-id`. */
  readonly attached: Readonly<Record<string, string>>;
}

/**
 * A workload on this host that Tapline wires itself with the hybrid chain tap – qbr – qvb/qvo.
 *
 * With `netns` the tap is one end of a veth pair whose other end `device` stands in that namespace with the port's MAC and
 * MTU; with `tap` it is a tuntap device that a hypervisor opens.
 */
export type Plug =
  | { readonly kind: 'tap' }
  | { readonly kind: 'netns'; readonly namespace: string; readonly device: string };
