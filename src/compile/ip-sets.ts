import { type IpSet, ROOT } from '../host/host-state.ts';
import type { Cidr } from '../model/addresses.ts';
import type { Share } from '../model/share.ts';
import { parseBlock } from './block.ts';
import { filteredPorts, type HostView } from './host-view.ts';
import { kernelBlock } from './kernel-address.ts';
import type { Piece } from './piece.ts';

/** Name of the set that holds the addresses of a security group's ports: 29 characters, as Neutron cuts it. */
export function setName(securityGroupId: string, ethertype: 'IPv4' | 'IPv6'): string {
  return `N${ethertype}${securityGroupId}`.slice(0, 29);
}

/** The sets that some rule on this host names, and no others. */
export function ipSets(view: HostView): Piece {
  const { share } = view;
  const groupIds = new Set(filteredPorts(view).flatMap(({ port }) => port.securityGroupIds));
  const sets: Record<string, IpSet> = {};
  for (const groupId of groupIds) {
    for (const { remoteGroupId, ethertype } of share.securityGroup[groupId]?.rules ?? []) {
      if (remoteGroupId !== null)
        sets[setName(remoteGroupId, ethertype)] ??= memberSet(share, remoteGroupId, ethertype);
    }
  }
  return { namespaces: { [ROOT]: { ipsets: sets } } };
}

function memberSet(share: Share, groupId: string, ethertype: 'IPv4' | 'IPv6'): IpSet {
  const members = share.securityGroupMembers[groupId];
  const [texts, version] = ethertype === 'IPv4' ? [members?.ipv4, 4] : [members?.ipv6, 6];
  const blocks = (texts ?? []).flatMap((text) => parseBlock(text) ?? []).filter((block) => block.version === version);
  return {
    type: 'hash:net',
    family: ethertype === 'IPv4' ? 'inet' : 'inet6',
    members: [...new Set(blocks.flatMap(halves).map(kernelBlock))].sort(),
  };
}

/** `hash:net` holds no prefix of length zero: every address is written as two halves. */
function halves(block: Cidr): readonly Cidr[] {
  if (block.prefixLength > 0) return [block];
  const upper = 1n << (block.version === 4 ? 31n : 127n);
  return [
    { ...block, prefixLength: 1 },
    { ...block, network: upper, prefixLength: 1 },
  ];
}
