/** Availability zones: where hosts say that they are, for what they carry by role. */
import { sql } from 'kysely';
import { asText, isList, type Json } from '../engine/json.ts';
import type { Work } from '../engine/resource.ts';
import { listOf, text, validator } from '../engine/validators.ts';
import { agentErrors } from '../errors/agent-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

/** As JSON text. */
const longestHints = 255;
const names = listOf(text(longestHints));

/** `type:availability_zone_hint_list`. */
export const zoneHints = validator('type:availability_zone_hint_list', names.schema, (value: Json) => {
  const reason = names(value);
  if (reason !== null) return reason;
  if (isList(value) && JSON.stringify(value.map(asText)).length > longestHints) {
    throw requestErrors.invalidInput('Too many availability_zone_hints specified');
  }
  return null;
});

/** Throws 404 for a zone in which no host has the role. */
export async function checkZones(work: Work, role: 'dhcp' | 'l3', hints: readonly string[]): Promise<void> {
  if (hints.length === 0) return;
  const { rows } = await sql<{ name: string }>`
    select g.name from unnest(${hints}::text[]) as g (name)
    where not exists (select 1 from hosts h where h.availability_zone = g.name and ${role} = any(h.roles))`.execute(
    work.trx,
  );
  if (rows[0] !== undefined) throw agentErrors.zoneNotFound(rows[0].name);
}
