/** Subnet pools: prefixes that subnets are taken from. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { toCidr } from '../../model/addresses.ts';
import { coverCidrs } from '../../model/cidr-sets.ts';
import { type Attribute, notGiven, readOnly, writable } from '../engine/attribute.ts';
import { toBoolean, toInteger } from '../engine/conversions.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { forgetSharing, ownOrShared, shared, shareWithAll } from '../engine/sharing.ts';
import { column, description, expression, history, id, name, project, tags } from '../engine/standard-attributes.ts';
import { notEmptyName, subnetList } from '../engine/subnet-validators.ts';
import { nonNegative, orNone, uuid } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, textsOf, type Values } from '../engine/values.ts';
import { subnetpoolErrors } from '../errors/subnetpool-errors.ts';
import { defaultBounds, readBounds, readPrefixes, writePrefixes } from '../work/pool-prefixes.ts';
import { refusing } from '../work/refusing.ts';
import { addressScope } from './address-scope.ts';

/** A length, which Neutron answers as text. */
function length(name: string): Attribute {
  return writable(expression('integer', sql`${sql.ref(`t.${name}`)}::text`, { compared: sql.ref(`t.${name}`) }), {
    default: notGiven,
    convert: toInteger,
    validate: nonNegative,
    filter: true,
    sortKey: true,
  });
}

export const subnetpool: Resource = {
  name: 'subnetpool',
  collection: 'subnetpools',
  path: 'subnetpools',
  extensions: [
    'subnet_allocation',
    'address-scope',
    'subnetpool-prefix-ops',
    'subnet_onboard',
    'standard-attr-description',
  ],
  from: sql`subnetpools as t`,
  quota: 'subnetpool',
  tagged: { table: 'subnetpools' },
  notFound: subnetpoolErrors.notFound,
  visible: ownOrShared('subnetpool'),
  attributes: {
    id,
    name: { ...name, default: undefined, validate: notEmptyName },
    ...project,
    prefixes: writable(
      expression(
        'json',
        sql`coalesce((select json_agg(p.cidr::text order by p.cidr) from subnetpool_prefixes p where p.subnetpool_id = t.id), '[]')`,
      ),
      { validate: subnetList },
    ),
    min_prefixlen: length('min_prefixlen'),
    max_prefixlen: length('max_prefixlen'),
    default_prefixlen: length('default_prefixlen'),
    default_quota: writable(column('default_quota', 'integer'), {
      default: notGiven,
      convert: toInteger,
      validate: nonNegative,
      filter: true,
      sortKey: true,
    }),
    ip_version: readOnly(column('ip_version', 'integer'), { filter: true, sortKey: true }),
    shared: shared('subnetpool', {
      allowPost: true,
      default: false,
      convert: toBoolean,
      enforcePolicy: true,
      sortKey: true,
    }),
    is_default: writable(column('is_default', 'boolean'), {
      default: false,
      convert: toBoolean,
      enforcePolicy: true,
      filter: true,
      sortKey: true,
    }),
    address_scope_id: writable(column('address_scope_id', 'uuid'), {
      default: notGiven,
      validate: orNone(uuid),
      filter: true,
      sortKey: true,
    }),
    description,
    ...tags,
    ...history,
  },
  create: createSubnetpool,
  update: updateSubnetpool,
  remove: removeSubnetpool,
};

const refusals = {
  subnetpools_one_default: subnetpoolErrors.defaultExists,
  subnetpool_prefixes_do_not_overlap: subnetpoolErrors.prefixConflict,
  subnets_once_in_space: subnetpoolErrors.prefixConflict,
  subnets_of_one_space: subnetpoolErrors.otherScopeOnNetwork,
};

async function createSubnetpool(work: Work, values: Values): Promise<string> {
  const prefixes = readPrefixes(textsOf(values, 'prefixes') ?? []);
  const version = prefixes[0]?.version ?? 4;
  const bounds = readBounds(values, defaultBounds(version), version);
  const poolId = randomUUID();
  const projectId = requiredText(values, 'project_id');
  const scopeId = textOrNullOf(values, 'address_scope_id') ?? null;
  if (scopeId !== null) await checkScope(work, poolId, scopeId, version);
  await refusing(refusals, () =>
    work.trx
      .insertInto('subnetpools')
      .values({
        id: poolId,
        project_id: projectId,
        name: requiredText(values, 'name'),
        description: textOf(values, 'description'),
        ip_version: version,
        ...bounds,
        default_quota: integerOf(values, 'default_quota') ?? null,
        is_default: booleanOf(values, 'is_default'),
        address_scope_id: scopeId,
      })
      .execute(),
  );
  await writePrefixes(work, poolId, prefixes);
  if (booleanOf(values, 'shared')) await shareWithAll(work.trx, 'subnetpool', { id: poolId, projectId });
  return poolId;
}

async function updateSubnetpool(work: Work, current: Row, changes: Values): Promise<void> {
  const version = current['ip_version'] === 6 ? 6 : 4;
  const scopeId = textOrNullOf(changes, 'address_scope_id');
  const bounds = readBounds(
    changes,
    {
      min_prefixlen: Number(current['min_prefixlen']),
      max_prefixlen: Number(current['max_prefixlen']),
      default_prefixlen: Number(current['default_prefixlen']),
    },
    version,
  );
  await checkOwnScope(work, current);
  if (scopeId) await checkScope(work, current.id, scopeId, version);
  const prefixes = 'prefixes' in changes ? largerPrefixes(current, changes) : undefined;
  await refusing(refusals, () =>
    work.trx
      .updateTable('subnetpools')
      .set((eb) => ({
        name: textOf(changes, 'name'),
        description: textOf(changes, 'description'),
        ...bounds,
        default_quota: integerOf(changes, 'default_quota'),
        is_default: booleanOf(changes, 'is_default'),
        address_scope_id: scopeId,
        revision_number: eb('revision_number', '+', 1),
        updated_at: sql<string>`now()`,
      }))
      .where('id', '=', current.id)
      .execute(),
  );
  if (prefixes !== undefined) await writePrefixes(work, current.id, prefixes);
}

/** Prefixes may grow; to take some away is an action of its own, which looks whether a subnet has them. */
function largerPrefixes(current: Row, changes: Values) {
  const prefixes = readPrefixes(textsOf(changes, 'prefixes') ?? []);
  const before = (textsOf(current, 'prefixes') ?? []).map(toCidr);
  const version = before[0]?.version;
  if (version !== undefined && prefixes[0]?.version !== version) throw subnetpoolErrors.mixedVersions();
  if (!coverCidrs(prefixes, before)) {
    throw subnetpoolErrors.prefixUpdate('Existing prefixes must be a subset of the new prefixes');
  }
  return prefixes;
}

/** The scope must be one that the caller sees, and of the pool's IP version. */
async function checkScope(work: Work, poolId: string, scopeId: string, version: 4 | 6): Promise<void> {
  const scope = await readOne(work.trx, addressScope, work.caller, scopeId, { fields: ['ip_version'] });
  if (scope['ip_version'] !== version) {
    throw subnetpoolErrors.scopeVersion(poolId, scopeId, Number(scope['ip_version']));
  }
}

/** Who shares a scope says what is in it: a pool there is changed by the scope's owner alone. */
export async function checkOwnScope(work: Work, current: Row): Promise<void> {
  const scopeId = textOrNullOf(current, 'address_scope_id');
  if (work.caller.isAdmin || !scopeId) return;
  const scope = await work.trx
    .selectFrom('address_scopes')
    .select('project_id')
    .where('id', '=', scopeId)
    .executeTakeFirst();
  if (scope?.project_id === work.caller.projectId) return;
  throw subnetpoolErrors.update(
    `subnetpool ${current.id} cannot be updated when associated with shared address scope ${scopeId}`,
  );
}

async function removeSubnetpool(work: Work, current: Row): Promise<void> {
  await forgetSharing(work.trx, current.id);
  await refusing({ subnets_subnetpool: subnetpoolErrors.inUse }, () =>
    work.trx.deleteFrom('subnetpools').where('id', '=', current.id).execute(),
  );
}
