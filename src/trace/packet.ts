/** The protocols that a question can be about. */
export type Protocol = 'icmp' | 'icmp6' | 'tcp' | 'udp';

/** IP protocol numbers (IANA). */
export const protocolNumbers: Readonly<Record<Protocol, number>> = { icmp: 1, tcp: 6, udp: 17, icmp6: 58 };

/** An IP packet on its way, with the frame and tunnel around it. */
export interface Packet {
  readonly macSource: string;
  readonly macDestination: string;
  /** VLAN tag on the frame; null where it is untagged. */
  readonly vlan: number | null;
  /** VNI while the packet is between br-tun and the underlay; null elsewhere. */
  readonly vni: number | null;
  readonly ipVersion: 4 | 6;
  readonly ipSource: string;
  readonly ipDestination: string;
  readonly protocol: Protocol;
  /** For ICMP the type. */
  readonly sourcePort: number;
  /** For ICMP the code. */
  readonly destinationPort: number;
  readonly dscp: number;
  readonly ttl: number;
  /** Length of the IP packet. */
  readonly bytes: number;
}

/** Conntrack's view of a packet, where one connection was asked about: its first packet, or one that answers. */
export type ConnectionState = 'NEW' | 'ESTABLISHED';

/** Source port of a question that names none: the first of Linux' ephemeral ports. */
export const ephemeralPort = 32768;

/** ICMP echo request and reply (RFC 792, RFC 4443). */
export const echoTypes = { 4: { request: 8, reply: 0 }, 6: { request: 128, reply: 129 } } as const;

/** `10.0.0.5 -> 10.0.0.6 tcp 443`, as a person says it. */
export function describePacket(packet: Packet): string {
  const port = hasPorts(packet.protocol) ? ` ${packet.destinationPort}` : '';
  return `${packet.ipSource} -> ${packet.ipDestination} ${packet.protocol}${port}`;
}

export function hasPorts(protocol: Protocol): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}
