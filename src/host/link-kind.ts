import type { Link } from './host-state.ts';

/** Our word for what iproute2 calls the kind of a device, and for the type of a `tun` device. */
export function linkKind(kind: string | undefined, type: string | undefined): Link['kind'] {
  if (kind === 'veth' || kind === 'bridge') return kind;
  if (kind === 'openvswitch') return 'internal';
  return kind === 'tun' && type === 'tap' ? 'tap' : 'other';
}
