import { type RawBuilder, sql } from 'kysely';
import { parseAddress } from '../../model/addresses.ts';
import { isUuid } from '../engine/validators.ts';

/**
 * `fixed_ips=ip_address=…`, `subnet_id=…`, `ip_address_substr=…`: values of one key are alternatives, and one address of the
 * port must meet all keys.
 */
export function fixedIpFilter(values: readonly string[]): RawBuilder<unknown> {
  const byKey = new Map<string, string[]>();
  for (const value of values) {
    const [key = '', ...rest] = value.split('=');
    byKey.set(key, [...(byKey.get(key) ?? []), rest.join('=')]);
  }
  const conditions = [...byKey].map(([key, wanted]) => condition(key, wanted));
  return sql`exists (select 1 from ip_allocations a where a.port_id = t.id and ${sql.join(conditions, sql` and `)})`;
}

function condition(key: string, wanted: readonly string[]): RawBuilder<unknown> {
  switch (key) {
    case 'ip_address':
      return sql`a.ip_address = any(${wanted.filter((ip) => parseAddress(ip) !== null)}::inet[])`;
    case 'subnet_id':
    case 'subnet':
      return sql`a.subnet_id = any(${wanted.filter(isUuid)}::uuid[])`;
    case 'ip_address_substr':
      return sql`exists (select 1 from unnest(${wanted}::text[]) as part where strpos(host(a.ip_address), part) > 0)`;
    default:
      return sql`false`;
  }
}
