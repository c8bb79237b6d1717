/** Flavors: a choice of how a service is made, by name, that an admin offers to projects. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { onCreate, writable } from '../engine/attribute.ts';
import { orNull, toBoolean } from '../engine/conversions.ts';
import { asText } from '../engine/json.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, id, name } from '../engine/standard-attributes.ts';
import { listOf, orNone, text, uuid, validator } from '../engine/validators.ts';
import { requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { flavorErrors } from '../errors/flavor-errors.ts';
import { routerService } from '../work/service-providers.ts';

const foreignKeyViolation = '23503';
const filterAndSort = { filter: true, sortKey: true } as const;

/** The services that are served, by the names of Neutron's plugins. */
const services: readonly string[] = [routerService, 'CORE', 'FLAVORS', 'QOS', 'METERING', 'trunk', 'segments', 'LOG'];

const serviceType = validator('type:service_plugin_type', { type: 'string', enum: services }, (value) => {
  if (!services.includes(asText(value))) throw flavorErrors.invalidServiceType(asText(value));
  return null;
});

/** What a flavor and a service profile say alike. */
export const described = {
  description: writable(column('description'), { default: '', validate: orNone(text(1024)), ...filterAndSort }),
  enabled: writable(column('enabled', 'boolean'), { default: true, convert: orNull(toBoolean), ...filterAndSort }),
} as const;

export const flavor: Resource = {
  name: 'flavor',
  collection: 'flavors',
  path: 'flavors',
  extensions: ['flavors'],
  from: sql`flavors as t`,
  notFound: flavorErrors.notFound,
  visible: () => sql`true`,
  attributes: {
    id,
    name,
    ...described,
    service_type: onCreate(column('service_type'), { validate: serviceType, ...filterAndSort }),
    service_profiles: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(b.service_profile_id order by b.position)
          from flavor_service_profiles b where b.flavor_id = t.id), '[]')`,
      ),
      { default: [], validate: listOf(uuid) },
    ),
  },
  create: createFlavor,
  update: updateFlavor,
  remove: removeFlavor,
};

async function createFlavor(work: Work, values: Values): Promise<string> {
  const { id: flavorId } = await work.trx
    .insertInto('flavors')
    .values({
      name: textOf(values, 'name'),
      description: textOrNullOf(values, 'description') ?? null,
      service_type: requiredText(values, 'service_type'),
      enabled: values['enabled'] !== false,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await bindProfiles(work, flavorId, textsOf(values, 'service_profiles') ?? []);
  return flavorId;
}

async function updateFlavor(work: Work, current: Row, changes: Values): Promise<void> {
  const profiles = textsOf(changes, 'service_profiles');
  await work.trx
    .updateTable('flavors')
    .set({
      name: textOf(changes, 'name') ?? textOf(current, 'name'),
      description: textOrNullOf(changes, 'description'),
      enabled: 'enabled' in changes ? changes['enabled'] !== false : undefined,
    })
    .where('id', '=', current.id)
    .execute();
  if (profiles === undefined) return;
  await work.trx.deleteFrom('flavor_service_profiles').where('flavor_id', '=', current.id).execute();
  await bindProfiles(work, current.id, profiles);
}

async function removeFlavor(work: Work, current: Row): Promise<void> {
  try {
    await work.trx.deleteFrom('flavors').where('id', '=', current.id).execute();
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) throw flavorErrors.inUse(current.id);
    throw error;
  }
}

async function bindProfiles(work: Work, flavorId: string, profileIds: readonly string[]): Promise<void> {
  for (const service_profile_id of profileIds) {
    try {
      await work.trx
        .insertInto('flavor_service_profiles')
        .values({ flavor_id: flavorId, service_profile_id })
        .execute();
    } catch (error) {
      if (sqlState(error) === foreignKeyViolation) throw flavorErrors.profileNotFound(service_profile_id);
      throw error;
    }
  }
}
