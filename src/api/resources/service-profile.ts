/** Service profiles: what a flavor stands for, which admins alone see. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { writable } from '../engine/attribute.ts';
import { asText } from '../engine/json.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id } from '../engine/standard-attributes.ts';
import { text } from '../engine/validators.ts';
import { textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { flavorErrors } from '../errors/flavor-errors.ts';
import { providerOf } from '../work/service-providers.ts';
import { described } from './flavor.ts';

const foreignKeyViolation = '23503';

export const serviceProfile: Resource = {
  name: 'service_profile',
  collection: 'service_profiles',
  path: 'service_profiles',
  extensions: ['flavors'],
  from: sql`service_profiles as t`,
  notFound: flavorErrors.profileNotFound,
  visible: () => sql`false`,
  attributes: {
    id,
    ...described,
    driver: writable(column('driver'), { default: '', validate: text(1024), filter: true, sortKey: true }),
    metainfo: writable(column('metainfo'), { default: '', convert: asText, sortKey: true }),
  },
  create: createProfile,
  update: updateProfile,
  remove: removeProfile,
};

async function createProfile(work: Work, values: Values): Promise<string> {
  const driver = textOf(values, 'driver') ?? '';
  const metainfo = textOf(values, 'metainfo') ?? '';
  checkContent(driver, metainfo);
  const row = await work.trx
    .insertInto('service_profiles')
    .values({
      description: textOrNullOf(values, 'description') ?? null,
      driver,
      metainfo,
      enabled: values['enabled'] !== false,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** A profile that a flavor stands for stays as it is. */
async function updateProfile(work: Work, current: Row, changes: Values): Promise<void> {
  checkContent(
    textOf({ ...current, ...changes }, 'driver') ?? '',
    textOf({ ...current, ...changes }, 'metainfo') ?? '',
  );
  const { rows } = await sql`
    select 1 from flavor_service_profiles where service_profile_id = ${current.id} limit 1`.execute(work.trx);
  if (rows.length > 0) throw flavorErrors.profileInUse(current.id);
  await work.trx
    .updateTable('service_profiles')
    .set({
      description: textOrNullOf(changes, 'description'),
      driver: textOf(changes, 'driver') ?? textOf(current, 'driver'),
      metainfo: textOf(changes, 'metainfo'),
      enabled: 'enabled' in changes ? changes['enabled'] !== false : undefined,
    })
    .where('id', '=', current.id)
    .execute();
}

async function removeProfile(work: Work, current: Row): Promise<void> {
  try {
    await work.trx.deleteFrom('service_profiles').where('id', '=', current.id).execute();
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) throw flavorErrors.profileInUse(current.id);
    throw error;
  }
}

function checkContent(driver: string, metainfo: string): void {
  if (driver === '' && metainfo === '') throw flavorErrors.profileEmpty();
  if (driver !== '' && providerOf(driver) === undefined) throw flavorErrors.driverNotFound(driver);
}
