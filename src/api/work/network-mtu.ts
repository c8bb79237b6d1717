/** The MTU of a network: what its segments leave of the underlay's, and what IP needs. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { maximumMtu } from './segment.ts';

const minimumMtuIpv4 = 68;
const minimumMtuIpv6 = 1280;

/** The MTU asked for, 0 being the greatest. Throws when segments of these types cannot carry it. */
export function networkMtu(work: Work, asked: number, types: readonly string[]): number {
  const maximum = maximumMtu(work.config, types);
  const mtu = asked || maximum;
  if (mtu > maximum) throw networkErrors.mtuTooBig(maximum);
  if (mtu < minimumMtuIpv4) throw networkErrors.mtuTooSmall(mtu, minimumMtuIpv4);
  return mtu;
}

/** The types of a network's segments. */
export async function segmentTypes(work: Work, networkId: string): Promise<readonly string[]> {
  const { rows } = await sql<{ network_type: string }>`
    select distinct network_type from network_segments where network_id = ${networkId}`.execute(work.trx);
  return rows.map((row) => row.network_type);
}

/** IPv6 needs 1280 bytes (RFC 8200, section 5). */
export async function checkIpv6Mtu(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql`
    select 1 from networks n where n.id = ${networkId} and n.mtu < ${minimumMtuIpv6}
      and exists (select 1 from subnets s where s.network_id = n.id and s.ip_version = 6)`.execute(work.trx);
  if (rows.length > 0) throw networkErrors.mtuForSubnets(networkId, minimumMtuIpv6);
}
