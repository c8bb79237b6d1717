/** The wires of the lab: three Linux bridges in a namespace of their own, and a veth pair from each to each member. */
import { command } from './command.ts';
import type { LabMember } from './lab-member.ts';

/** The outside world's addresses: the provider's gateway, and two addresses behind it. */
export const outsideAddresses = { gateway: '203.0.113.1', internet: '198.51.100.10', resolver: '8.8.8.8' } as const;

/** Makes the bridges and gives every member its NICs, without addresses. */
export async function layWires(underlay: LabMember, members: readonly LabMember[]): Promise<void> {
  const lines = ['management', 'tunnel', 'external'].flatMap((bridge) => [
    `link add ${bridge} type bridge`,
    `link set ${bridge} up`,
  ]);
  for (const member of members) {
    for (const { bridge, end, nic } of wiresOf(member)) {
      lines.push(
        `link add ${end} type veth peer name ${nic} netns ${member.state.namespace}`,
        `link set ${end} master ${bridge} up`,
      );
    }
  }
  await command(['ip', '-n', underlay.state.namespace, '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

/**
 * Turns transmit offload off on the far ends of the NICs that a userspace datapath reads: it takes frames from an AF_PACKET
 * socket and can neither finish checksums nor cut frames longer than the MTU.
 */
export async function turnOffOffload(underlay: LabMember, members: readonly LabMember[]): Promise<void> {
  const ends = members.flatMap(wiresOf).filter((wire) => wire.bridge !== 'management');
  await Promise.all(ends.map(({ end }) => underlay.exec(['ethtool', '-K', end, 'tx', 'off'])));
}

/** Brings NICs up and gives them their addresses, but for the tunnel NIC, which depends on the datapath. */
export async function addressNics(member: LabMember): Promise<void> {
  const lines = wiresOf(member).map(({ nic }) => `link set ${nic} up`);
  if (member.managementAddress !== null) lines.push(`address add ${member.managementAddress}/24 dev eth0`);
  if (member.state.kind === 'outside') {
    lines.push(
      `address add ${outsideAddresses.gateway}/24 dev eth0`,
      `address add ${outsideAddresses.internet}/32 dev lo`,
      `address add ${outsideAddresses.resolver}/32 dev lo`,
    );
  }
  await member.exec(['ip', '-batch', '-'], { input: `${lines.join('\n')}\n` });
}

interface Wire {
  readonly bridge: 'management' | 'tunnel' | 'external';
  /** The end at the bridge. */
  readonly end: string;
  /** The end inside the member. */
  readonly nic: string;
}

function wiresOf(member: LabMember): readonly Wire[] {
  const { kind, number, external } = member.state;
  switch (kind) {
    case 'underlay':
      return [];
    case 'controller':
      return [{ bridge: 'management', end: `mgmt-${number}`, nic: 'eth0' }];
    case 'outside':
      return [{ bridge: 'external', end: 'ext-outside', nic: 'eth0' }];
    case 'host':
      return [
        { bridge: 'management', end: `mgmt-${number}`, nic: 'eth0' },
        { bridge: 'tunnel', end: `tun-${number}`, nic: 'eth1' },
        ...(external ? [{ bridge: 'external', end: `ext-${number}`, nic: 'eth2' } as const] : []),
      ];
  }
}
