/** The segment of a subnet: of a network of routed segments each subnet has one, and hosts of one find the others by routes. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { segmentErrors } from '../errors/segment-errors.ts';

/** Throws unless the segment is of that network. */
export async function checkSegment(work: Work, networkId: string, segmentId: string): Promise<void> {
  const segment = await work.trx
    .selectFrom('network_segments')
    .select('network_id')
    .where('id', '=', segmentId)
    .executeTakeFirst();
  if (segment === undefined) throw segmentErrors.notFound(segmentId);
  if (segment.network_id !== networkId) throw segmentErrors.otherNetwork(networkId, segmentId);
}

/** Throws unless the subnet may get another segment: once, while it is alone and so is the segment. */
export async function checkSegmentChange(
  work: Work,
  networkId: string,
  current: string | null,
  wanted: string | null,
): Promise<void> {
  if (current === wanted) return;
  if (current !== null) throw segmentErrors.associationStays();
  if (wanted !== null) await checkSegment(work, networkId, wanted);
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from network_segments where network_id = ${networkId}`.execute(work.trx);
  if ((rows[0]?.count ?? 0) > 1) throw segmentErrors.oneSegmentOnly(networkId);
}

/** All subnets of a network have a segment, or none has. The caller holds the network's row. */
export async function checkAllAssociated(work: Work, networkId: string): Promise<void> {
  const { rows } = await sql<{ mixed: boolean }>`
    select count(segment_id) not in (0, count(*)) as mixed from subnets where network_id = ${networkId}`.execute(
    work.trx,
  );
  if (rows[0]?.mixed) throw segmentErrors.notAllAssociated(networkId);
}

/**
 * The routes that Neutron's `segments-peer-subnet-host-routes` keeps: from each subnet, by its gateway, to those of the
 * network's other segments. `gone` is the CIDR of a subnet that left, or a gateway that was: such routes go.
 */
export async function keepPeerRoutes(
  work: Work,
  networkId: string,
  gone: { readonly cidr?: string; readonly gatewayIp?: string } = {},
): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    with peer as (
      select s.id, p.cidr::text as destination, host(s.gateway_ip) as nexthop from subnets s
      join subnets p on p.network_id = s.network_id and p.segment_id <> s.segment_id and p.ip_version = s.ip_version
      where s.network_id = ${networkId}
    ), wanted as (
      select s.id, s.host_routes as before, coalesce((
        select jsonb_agg(r.route order by r.position) from (
          select x.route, x.position from jsonb_array_elements(s.host_routes) with ordinality as x (route, position)
          where x.route ->> 'destination' is distinct from ${gone.cidr ?? null}
            and not (x.route ->> 'nexthop' is not distinct from ${gone.gatewayIp ?? null}
              and x.route ->> 'destination' in (select p.destination from peer p where p.id = s.id))
          union all
          select jsonb_build_object('destination', p.destination, 'nexthop', p.nexthop),
            1000000 + row_number() over (order by p.destination)
          from peer p where p.id = s.id and p.nexthop is not null and not s.host_routes @> jsonb_build_array(
            jsonb_build_object('destination', p.destination, 'nexthop', p.nexthop))
        ) r
      ), '[]') as routes
      from subnets s where s.network_id = ${networkId} and s.segment_id is not null
    )
    update subnets s set host_routes = w.routes, revision_number = s.revision_number + 1, updated_at = now()
    from wanted w where w.id = s.id and w.routes <> w.before returning s.id`.execute(work.trx);
  work.changes.push(...rows.map((row) => ({ kind: 'subnet', id: row.id, networkId })));
}
