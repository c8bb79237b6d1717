/** How many addresses of a network are used, and how many there are. For admins. */
import { type RawBuilder, sql } from 'kysely';
import { type Column, readOnly } from '../engine/attribute.ts';
import { list } from '../engine/operations.ts';
import type { Resource } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { networkErrors } from '../errors/network-errors.ts';
import { toCount, toCounts, toSubnetCounts } from '../work/address-counts.ts';

/** An address as a number. PostgreSQL's `inet - inet` is a bigint, which a /64 does not fit. */
const value = (
  ip: string,
) => sql`(select sum(get_byte(inet_send(${sql.ref(ip)}), 4 + b) * power(256::numeric, 16 - b - 1))
  from generate_series(0, 15) as b where b < length(inet_send(${sql.ref(ip)})) - 4)
  / power(256::numeric, 20 - length(inet_send(${sql.ref(ip)})))`;

/** Counts are texts, since a /64 has more addresses than a number of JavaScript can say. */
const details = (source: string) => sql`json_build_object(
  'total_ips_in_subnet', trunc(${sql.ref(`${source}.in_subnet`)})::text,
  'total_ips_in_allocation_pool', trunc(${sql.ref(`${source}.in_pools`)})::text,
  'used_ips_in_subnet', ${sql.ref(`${source}.used`)}::text,
  'used_ips_in_allocation_pool', ${sql.ref(`${source}.used_in_pools`)}::text)`;

/** Networks with their subnets of those IP versions, each counted once, along the indexes of its addresses. */
const networksWith = (versions: RawBuilder<unknown>) => sql`(
  select n.id, n.id as network_id, n.name, n.project_id, c.* from networks n cross join lateral (
    select coalesce(json_agg(json_build_object('subnet_id', s.id, 'subnet_name', s.name, 'ip_version', s.ip_version,
        'cidr', s.cidr::text, 'used_ips', s.used::text, 'total_ips', trunc(s.total)::text,
        'ip_availability_details', ${details('s')}) order by s.created_at, s.id), '[]') as subnets,
      coalesce(sum(s.total), 0) as total, coalesce(sum(s.used), 0)::bigint as used,
      coalesce(sum(s.in_subnet), 0) as in_subnet, coalesce(sum(s.in_pools), 0) as in_pools,
      coalesce(sum(s.used_in_pools), 0)::bigint as used_in_pools
    from (
      select s.id, s.name, s.ip_version, s.cidr, s.created_at, u.used, p.used_in_pools, p.in_pools, b.in_subnet,
        case when p.pools = 0 then b.size else p.in_pools end as total
      from subnets s
      cross join lateral (select count(*) as used from ip_allocations a where a.subnet_id = s.id) u
      cross join lateral (
        select count(*) as pools, coalesce(sum(${value('p.last_ip')} - ${value('p.first_ip')} + 1), 0) as in_pools,
          coalesce(sum((select count(*) from ip_allocations a
            where a.subnet_id = s.id and a.ip_address between p.first_ip and p.last_ip)), 0)::bigint as used_in_pools
        from allocation_pools p where p.subnet_id = s.id) p
      cross join lateral (select power(2::numeric, case s.ip_version when 4 then 32 else 128 end - masklen(s.cidr)) as size,
        greatest(power(2::numeric, case s.ip_version when 4 then 32 else 128 end - masklen(s.cidr))
          - case s.ip_version when 4 then 2 else 0 end, 0) as in_subnet) b
      where s.network_id = n.id and ${versions}
    ) s
  ) c
) as t`;

const count = (name: string): Column =>
  expression('integer', sql`trunc(${sql.ref(`t.${name}`)})::text`, { read: toCount });

function availability(versions: RawBuilder<unknown>): Resource {
  return {
    name: 'network_ip_availability',
    collection: 'network_ip_availabilities',
    path: 'network-ip-availabilities',
    extensions: ['network-ip-availability', 'network-ip-availability-details'],
    from: networksWith(versions),
    notFound: networkErrors.notFound,
    visible: () => sql`false`,
    attributes: {
      id: readOnly(column('id', 'uuid'), { visible: false, sortKey: true }),
      network_id: readOnly(column('network_id', 'uuid'), { filter: true, sortKey: true }),
      network_name: readOnly(column('name'), { filter: true }),
      project_id: readOnly(column('project_id'), { filter: true }),
      tenant_id: readOnly(column('project_id'), { filter: true }),
      ip_version: readOnly(
        expression('integer', sql`null::integer`, {
          matches: (values) =>
            sql`exists (select 1 from subnets s where s.network_id = t.id and s.ip_version::text = any(${values}::text[]))`,
        }),
        { visible: false, filter: true },
      ),
      subnet_ip_availability: readOnly(expression('json', sql`t.subnets`, { read: toSubnetCounts })),
      used_ips: readOnly(count('used')),
      total_ips: readOnly(count('total')),
      ip_availability_details: readOnly(expression('json', details('t'), { read: toCounts })),
    },
  };
}

export const networkIpAvailability = availability(sql`true`);

/** Who asks for one IP version is told of the subnets of that version alone. */
export const networkIpAvailabilityRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/network-ip-availabilities',
    handler: (call) => {
      const asked = call.url.searchParams.getAll('ip_version');
      const versions = asked.length === 0 ? sql`true` : sql`s.ip_version::text = any(${asked}::text[])`;
      return list(call, availability(versions));
    },
  },
];
