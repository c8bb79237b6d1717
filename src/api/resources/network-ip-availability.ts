/** How many addresses of a network are used, and how many there are. For admins. */
import { sql } from 'kysely';
import { readOnly } from '../engine/attribute.ts';
import type { Resource } from '../engine/resource.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { networkErrors } from '../errors/network-errors.ts';

/** An address as a number. PostgreSQL's `inet - inet` is a bigint, which a /64 does not fit. */
const value = (
  ip: string,
) => sql`(select sum(get_byte(inet_send(${sql.ref(ip)}), 4 + b) * power(256::numeric, 16 - b - 1))
  from generate_series(0, 15) as b where b < length(inet_send(${sql.ref(ip)})) - 4)
  / power(256::numeric, 20 - length(inet_send(${sql.ref(ip)})))`;

const poolSize = sql`coalesce((select sum(${value('p.last_ip')} - ${value('p.first_ip')} + 1) from allocation_pools p where p.subnet_id = s.id), 0)`;
const used = sql`(select count(*) from ip_allocations a where a.subnet_id = s.id)`;

export const networkIpAvailability: Resource = {
  name: 'network_ip_availability',
  collection: 'network_ip_availabilities',
  path: 'network-ip-availabilities',
  extensions: ['network-ip-availability'],
  from: sql`(select n.id, n.id as network_id, n.name, n.project_id, n.created_at from networks n) as t`,
  key: 'network_id',
  notFound: networkErrors.notFound,
  visible: () => sql`false`,
  attributes: {
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
    subnet_ip_availability: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(json_build_object('subnet_id', s.id, 'subnet_name', s.name, 'ip_version', s.ip_version,
            'cidr', s.cidr::text, 'used_ips', ${used}, 'total_ips', ${poolSize}) order by s.created_at, s.id)
          from subnets s where s.network_id = t.id), '[]')`,
      ),
    ),
    used_ips: readOnly(
      expression('integer', sql`(select coalesce(sum(${used}), 0) from subnets s where s.network_id = t.id)::bigint`),
    ),
    total_ips: readOnly(
      expression(
        'integer',
        sql`(select coalesce(sum(${poolSize}), 0) from subnets s where s.network_id = t.id)::float8`,
      ),
    ),
  },
};
