/**
 * Bindings of a port to hosts: the active one, which is the port's own, and those that Nova makes for a live migration, on hosts
 * that the port is not on yet.
 */
import { sql } from 'kysely';
import { vifOn } from '../../schedule/bind.ts';
import { notGiven, readOnly, writable } from '../engine/attribute.ts';
import { noneToEmptyObject } from '../engine/conversions.ts';
import { enforceOn, readForChange, touch, transact } from '../engine/operations.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import type { Route } from '../engine/routes.ts';
import { column } from '../engine/standard-attributes.ts';
import { dictionary, oneOf, text } from '../engine/validators.ts';
import { objectOrNullOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { requestErrors } from '../errors/request-errors.ts';
import { changeBinding } from '../work/change-port.ts';
import { vnicTypes } from '../work/port-values.ts';
import { bindSubPorts } from '../work/trunk-binding.ts';
import { port } from './port.ts';

const profile = { default: notGiven, convert: noneToEmptyObject, validate: dictionary, enforcePolicy: true } as const;
const shown = { default: notGiven, enforcePolicy: true } as const;

export const portBinding: Resource = {
  name: 'binding',
  collection: 'bindings',
  path: 'bindings',
  policyName: 'port_binding',
  extensions: ['binding-extended'],
  key: 'host',
  heldByParent: true,
  parent: { resource: port, column: sql`t.port_id`, attribute: 'port_id' },
  from: sql`(select id as port_id, host_id as host, vnic_type, binding_profile as profile, vif_type, vif_details,
      'ACTIVE' as status from ports where host_id <> ''
    union all select port_id, host, vnic_type, profile, vif_type, vif_details, 'INACTIVE' from port_bindings) as t`,
  notFound: (host, portId = '') => portErrors.bindingNotFound(portId, host),
  visible: () => sql`false`,
  attributes: {
    host: writable(column('host'), { validate: text(255), filter: true }),
    vif_type: readOnly(column('vif_type'), { ...shown, filter: true }),
    vif_details: readOnly(column('vif_details', 'json'), shown),
    vnic_type: writable(column('vnic_type'), {
      default: 'normal',
      validate: oneOf(vnicTypes),
      filter: true,
      enforcePolicy: true,
    }),
    profile: writable(column('profile', 'json'), profile),
    status: readOnly(column('status'), { filter: true }),
  },
  create: createBinding,
  update: updateBinding,
  remove: removeBinding,
};

/** What can be done with a binding beside the usual. */
export const portBindingActions: readonly Route[] = [
  {
    method: 'PUT',
    pattern: '/ports/:id/bindings/:host/activate',
    handler: async (call, portId = '', host = '') => {
      await readOne(call.store.db, port, call.caller, portId, { fields: ['id'] });
      const below = { ...call, parentId: portId };
      const body = await transact(call, async (work) => {
        const current = await readForChange(work, below, portBinding, host);
        await enforceOn(work, portBinding, 'update', current, {});
        await activate(work, current);
        return await readOne(work.trx, portBinding, call.caller, host, { parentId: portId });
      });
      return { status: 200, body };
    },
  },
];

async function createBinding(work: Work, values: Values): Promise<string> {
  const portId = requiredText(values, 'port_id');
  const host = requiredText(values, 'host');
  if (host === '') throw requestErrors.invalidInput('Host for a binding cannot be an empty string');
  const { rows } = await sql<{ host_id: string; device_owner: string }>`
    select host_id, device_owner from ports where id = ${portId} for update`.execute(work.trx);
  const row = rows[0];
  if (row === undefined) throw portErrors.notFound(portId);
  if (row.device_owner.startsWith('network:')) {
    throw requestErrors.invalidInput('Port binding is only supported for ports that are owned by compute instances');
  }
  if (row.host_id === host) throw portErrors.bindingExists(portId, host);
  const { rows: made } = await sql`
    insert into port_bindings (port_id, host, vnic_type, profile, vif_type, vif_details)
    select p.id, ${host}, ${textOf(values, 'vnic_type')}, ${JSON.stringify(objectOrNullOf(values, 'profile') ?? {})}::jsonb,
      b.vif_type, b.vif_details
    from ports p, lateral (${vifOn(portId, host)}) b where p.id = ${portId}
    on conflict do nothing returning 1`.execute(work.trx);
  if (made.length === 0) throw portErrors.bindingExists(portId, host);
  return host;
}

async function updateBinding(work: Work, current: Row, changes: Values): Promise<void> {
  const portId = requiredText(current, 'port_id');
  const host = requiredText(current, 'host');
  if (textOf(changes, 'host') !== undefined && changes['host'] !== host) {
    throw requestErrors.invalidInput('The host of a binding cannot be changed');
  }
  const profile = objectOrNullOf(changes, 'profile');
  const kept = profile ? JSON.stringify(profile) : undefined;
  const vnic_type = textOf(changes, 'vnic_type');
  if (current['status'] === 'ACTIVE') {
    await sql`
      update ports set vnic_type = coalesce(${vnic_type ?? null}, vnic_type),
        binding_profile = coalesce(${kept ?? null}::jsonb, binding_profile), revision_number = revision_number + 1,
        updated_at = now()
      where id = ${portId}`.execute(work.trx);
    work.changes.push({ kind: 'port', id: portId });
    return;
  }
  await sql`
    update port_bindings set vnic_type = coalesce(${vnic_type ?? null}, vnic_type),
      profile = coalesce(${kept ?? null}::jsonb, profile)
    where port_id = ${portId} and host = ${host}`.execute(work.trx);
}

/** Without its active binding a port is nowhere. */
async function removeBinding(work: Work, current: Row): Promise<void> {
  const portId = requiredText(current, 'port_id');
  if (current['status'] === 'ACTIVE') {
    await moveTo(work, portId, '');
    return;
  }
  await sql`delete from port_bindings where port_id = ${portId} and host = ${requiredText(current, 'host')}`.execute(
    work.trx,
  );
}

/** The port is on this host now; the binding that was active is kept, so that Nova can go back. */
async function activate(work: Work, current: Row): Promise<void> {
  const portId = requiredText(current, 'port_id');
  const host = requiredText(current, 'host');
  if (current['status'] === 'ACTIVE') throw portErrors.bindingActive(portId, host);
  await sql`
    insert into port_bindings (port_id, host, vnic_type, profile, vif_type, vif_details)
    select id, host_id, vnic_type, binding_profile, vif_type, vif_details from ports where id = ${portId} and host_id <> ''`.execute(
    work.trx,
  );
  await sql`
    update ports p set vnic_type = b.vnic_type, binding_profile = b.profile from port_bindings b
    where p.id = ${portId} and b.port_id = p.id and b.host = ${host}`.execute(work.trx);
  await sql`delete from port_bindings where port_id = ${portId} and host = ${host}`.execute(work.trx);
  await moveTo(work, portId, host);
}

async function moveTo(work: Work, portId: string, host: string): Promise<void> {
  const before = await readOne(work.trx, port, { ...work.caller, isAdmin: true }, portId);
  await changeBinding(work, before, { 'binding:host_id': host });
  await bindSubPorts(work, sql`k.port_id = ${portId}`);
  await touch(work, 'ports', portId);
  work.changes.push({
    kind: 'port',
    id: portId,
    networkId: requiredText(before, 'network_id'),
    hosts: [requiredText(before, 'binding:host_id')],
  });
}
