/** Availability zones, each for what its hosts carry by role: routers or the DHCP of networks. */
import { sql } from 'kysely';
import { readOnly } from '../engine/attribute.ts';
import type { Resource } from '../engine/resource.ts';
import { column } from '../engine/standard-attributes.ts';
import { agentErrors } from '../errors/agent-errors.ts';

/** Available where an agent of the kind is not switched off. */
const zones = sql`(
  select h.availability_zone as name, k.resource, k.resource || ' ' || h.availability_zone as id,
    case when bool_or(not exists (select 1 from agent_settings s where s.host = h.name and s.role = k.role and not s.admin_state_up))
      then 'available' else 'unavailable' end as state
  from hosts h join (values ('l3', 'router'), ('dhcp', 'network')) as k (role, resource) on k.role = any(h.roles)
  group by h.availability_zone, k.resource
) as t`;

export const availabilityZone: Resource = {
  name: 'availability_zone',
  collection: 'availability_zones',
  path: 'availability_zones',
  extensions: ['availability_zone', 'availability_zone_filter'],
  from: zones,
  notFound: agentErrors.zoneNotFound,
  visible: () => sql`false`,
  attributes: {
    // Only for the order of a list and its pages: zones are known by name and resource.
    id: readOnly(column('id'), { visible: false, sortKey: true }),
    name: readOnly(column('name'), { filter: true }),
    resource: readOnly(column('resource'), { filter: true }),
    state: readOnly(column('state'), { filter: true }),
  },
};
