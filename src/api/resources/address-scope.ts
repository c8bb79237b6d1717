/** Address scopes: where no address is there twice, across subnet pools. */
import { sql } from 'kysely';
import { onCreate } from '../engine/attribute.ts';
import { toBoolean, toInteger } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { forgetSharing, ownOrShared, shared, shareWithAll } from '../engine/sharing.ts';
import { column, id, name, project } from '../engine/standard-attributes.ts';
import { oneOf } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { refusing } from '../work/refusing.ts';

export const addressScope: Resource = {
  name: 'address_scope',
  collection: 'address_scopes',
  path: 'address-scopes',
  extensions: ['address-scope'],
  from: sql`address_scopes as t`,
  notFound: subnetpoolErrors.scopeNotFound,
  visible: ownOrShared('address_scope'),
  attributes: {
    id,
    name,
    ...project,
    shared: shared('address_scope', {
      allowPost: true,
      allowPut: true,
      default: false,
      convert: toBoolean,
      enforcePolicy: true,
      sortKey: true,
    }),
    ip_version: onCreate(column('ip_version', 'integer'), {
      convert: toInteger,
      validate: oneOf([4, 6]),
      filter: true,
      sortKey: true,
    }),
  },
  create: createAddressScope,
  update: updateAddressScope,
  remove: removeAddressScope,
};

async function createAddressScope(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const row = await work.trx
    .insertInto('address_scopes')
    .values({ project_id: projectId, name: textOf(values, 'name'), ip_version: integerOf(values, 'ip_version') ?? 4 })
    .returning('id')
    .executeTakeFirstOrThrow();
  if (booleanOf(values, 'shared')) await shareWithAll(work.trx, 'address_scope', { id: row.id, projectId });
  return row.id;
}

async function updateAddressScope(work: Work, current: Row, changes: Values): Promise<void> {
  const wanted = booleanOf(changes, 'shared');
  if (wanted === false && current['shared'] === true) throw subnetpoolErrors.scopeUnshare(current.id);
  const projectId = String(current['project_id']);
  if (wanted) await shareWithAll(work.trx, 'address_scope', { id: current.id, projectId });
  const given = textOf(changes, 'name');
  if (given === undefined) return;
  await work.trx.updateTable('address_scopes').set({ name: given }).where('id', '=', current.id).execute();
}

async function removeAddressScope(work: Work, current: Row): Promise<void> {
  await forgetSharing(work.trx, current.id);
  await refusing({ subnetpools_address_scope: () => subnetpoolErrors.scopeInUse(current.id) }, () =>
    work.trx.deleteFrom('address_scopes').where('id', '=', current.id).execute(),
  );
}
