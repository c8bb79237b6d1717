/** Address groups: addresses that rules of security groups name together. */
import { sql } from 'kysely';
import { addressBits, formatAddress, formatCidr, parseAddress, parseCidr, toCidr } from '../../model/addresses.ts';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { noneToEmptyList } from '../engine/conversions.ts';
import { asText, isList, isObject, type Json } from '../engine/json.ts';
import { type Call, enforceOn, readForChange, transact } from '../engine/operations.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { ownOrShared } from '../engine/sharing.ts';
import { column, expression, id, name, project } from '../engine/standard-attributes.ts';
import { listOf, text, validator } from '../engine/validators.ts';
import { requiredText, textOf, textsOf, type Values } from '../engine/values.ts';
import { addressGroupErrors } from '../errors/address-group-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';

/** A block with its length. Host bits are dropped where it is kept. */
const block = validator('type:subnet', { type: 'string' }, (value) =>
  typeof value === 'string' && parseCidr(value) !== null ? null : `'${asText(value)}' is not a valid IP subnet`,
);

export const addressGroup: Resource = {
  name: 'address_group',
  collection: 'address_groups',
  path: 'address-groups',
  extensions: ['address-group'],
  from: sql`address_groups as t`,
  notFound: addressGroupErrors.notFound,
  visible: ownOrShared('address_group'),
  attributes: {
    id,
    name,
    description: writable(column('description'), { default: '', validate: text(1024), filter: true, sortKey: true }),
    ...project,
    shared: readOnly(null, { visible: false }),
    addresses: onCreate(
      expression(
        'json',
        sql`coalesce((select json_agg(a.address::text order by a.address) from address_group_addresses a
          where a.address_group_id = t.id), '[]')`,
      ),
      { default: notGiven, convert: noneToEmptyList, validate: listOf(block) },
    ),
  },
  create: createGroup,
  update: updateGroup,
  remove: removeGroup,
};

export const addressGroupActions: readonly Route[] = [
  addressRoute('add_addresses', addAddresses),
  addressRoute('remove_addresses', removeAddresses),
];

function addressRoute(
  action: string,
  run: (work: Work, groupId: string, addresses: readonly string[]) => Promise<void>,
): Route {
  const change = async (call: Call, groupId: string): Promise<Row> =>
    await transact(call, async (work) => {
      const current = await readForChange(work, call, addressGroup, groupId);
      await enforceOn(work, addressGroup, 'update', current, {});
      await run(work, groupId, readAddresses(call.body));
      return await readOne(work.trx, addressGroup, call.caller, groupId);
    });
  return {
    method: 'PUT',
    pattern: `/address-groups/:id/${action}`,
    handler: async (call, groupId = '') => ({ status: 200, body: { address_group: await change(call, groupId) } }),
  };
}

/** The addresses that an action names. One without a length stands for itself alone. */
function readAddresses(body: Json | undefined): readonly string[] {
  const given = isObject(body) ? body['addresses'] : undefined;
  if (!isList(given)) throw requestErrors.invalidInput("'addresses' must be a list");
  const read = given.map((value) => {
    const address = typeof value === 'string' ? parseAddress(value) : null;
    if (address !== null) return `${formatAddress(address)}/${addressBits(address.version)}`;
    const reason = block(value);
    if (reason !== null) throw requestErrors.invalidAttribute('addresses', reason);
    return formatCidr(toCidr(asText(value)));
  });
  return [...new Set(read)];
}

async function createGroup(work: Work, values: Values): Promise<string> {
  const { id: groupId } = await work.trx
    .insertInto('address_groups')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const addresses = (textsOf(values, 'addresses') ?? []).map((one) => formatCidr(toCidr(one)));
  await addAddresses(work, groupId, [...new Set(addresses)]);
  return groupId;
}

async function addAddresses(work: Work, groupId: string, addresses: readonly string[]): Promise<void> {
  const { rows } = await sql<{ address: string }>`
    insert into address_group_addresses (address_group_id, address) select ${groupId}, unnest(${addresses}::cidr[])
    on conflict do nothing returning address::text as address`.execute(work.trx);
  const there = addresses.filter((one) => !rows.some((row) => row.address === one));
  if (there.length > 0) throw addressGroupErrors.addressesExist(groupId, there);
  work.changes.push({ kind: 'address_group', id: groupId });
}

async function removeAddresses(work: Work, groupId: string, addresses: readonly string[]): Promise<void> {
  const { rows } = await sql<{ address: string }>`
    delete from address_group_addresses where address_group_id = ${groupId} and address = any(${addresses}::cidr[])
    returning address::text as address`.execute(work.trx);
  const missing = addresses.filter((one) => !rows.some((row) => row.address === one));
  if (missing.length > 0) throw addressGroupErrors.addressesNotFound(groupId, missing);
  work.changes.push({ kind: 'address_group', id: groupId });
}

async function updateGroup(work: Work, current: Row, changes: Values): Promise<void> {
  await sql`update address_groups set name = coalesce(${textOf(changes, 'name') ?? null}, name),
    description = coalesce(${textOf(changes, 'description') ?? null}, description) where id = ${current.id}`.execute(
    work.trx,
  );
}

/** A group that a rule names stays; the rule's reference holds it also against one made in the same moment. */
async function removeGroup(work: Work, current: Row): Promise<void> {
  const { rows } = await sql`
    select 1 from security_group_rules where remote_address_group_id = ${current.id}
    union all select 1 from default_security_group_rules where remote_address_group_id = ${current.id} limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw addressGroupErrors.inUse(current.id);
  await work.trx.deleteFrom('address_groups').where('id', '=', current.id).execute();
}
