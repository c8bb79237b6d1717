/** Availability zones: there is one, `nova`, for what hosts carry by role. */
import { sql } from 'kysely';
import type { JsonObject } from '../engine/json.ts';
import type { Call } from '../engine/operations.ts';
import type { Route } from '../engine/routes.ts';

export const availabilityZoneRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/availability_zones',
    operation: {
      kind: 'action',
      summary: 'List availability zones',
      answer: { type: 'object', required: ['availability_zones'] },
    },
    handler: async (call) => ({ status: 200, body: { availability_zones: await zones(call) } }),
  },
];

async function zones(call: Call): Promise<readonly JsonObject[]> {
  const { rows } = await sql<{ resource: string }>`
    select k.resource from (values ('l3', 'router'), ('dhcp', 'network')) as k (role, resource)
    where exists (select 1 from hosts h where k.role = any(h.roles)) order by k.resource desc`.execute(call.store.db);
  return rows.map((row) => ({ name: 'nova', resource: row.resource, state: 'available' }));
}
