/** Local IPs: one address that leads, on every host, to a port of that host. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { notGiven, onCreate, writable } from '../engine/attribute.ts';
import { toCanonicalAddress } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, history, id, name, project } from '../engine/standard-attributes.ts';
import { ipAddress, oneOf, orNone, text, uuid } from '../engine/validators.ts';
import { requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { localIpErrors } from '../errors/local-ip-errors.ts';
import { chooseAddress, findPort } from '../work/local-ip-port.ts';
import { makePort } from '../work/make-port.ts';
import { networkTarget } from '../work/network-target.ts';
import { removePorts } from '../work/remove-port.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
const ofLocalIp = 'network:local_ip';

export const localIp: Resource = {
  name: 'local_ip',
  collection: 'local_ips',
  path: 'local_ips',
  extensions: ['local_ip'],
  notEnforced: 'no host translates local IPs yet',
  from: sql`local_ips as t`,
  notFound: localIpErrors.notFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    name,
    description: writable(column('description'), { ...filterAndSort, default: '', validate: text(1024) }),
    ...project,
    local_port_id: onCreate(column('local_port_id', 'uuid'), { ...filterAndSort, default: notGiven, validate: uuid }),
    network_id: onCreate(column('network_id', 'uuid'), { ...filterAndSort, default: notGiven, validate: uuid }),
    local_ip_address: onCreate(column('local_ip_address', 'address'), {
      ...filterAndSort,
      default: notGiven,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
      enforcePolicy: true,
    }),
    ip_mode: onCreate(column('ip_mode'), {
      ...filterAndSort,
      default: 'translate',
      validate: oneOf(['translate', 'passthrough']),
    }),
    ...history,
  },
  create: createLocalIp,
  update: updateLocalIp,
  remove: removeLocalIp,
};

interface LocalPort {
  readonly id: string;
  readonly networkId: string;
  readonly address: string;
}

async function createLocalIp(work: Work, values: Values): Promise<string> {
  const localIpId = randomUUID();
  const port = (await givenPort(work, values)) ?? (await ownPort(work, values, localIpId));
  await work.trx
    .insertInto('local_ips')
    .values({
      id: localIpId,
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      local_port_id: port.id,
      network_id: port.networkId,
      local_ip_address: port.address,
      ip_mode: requiredText(values, 'ip_mode'),
    })
    .execute();
  return localIpId;
}

async function givenPort(work: Work, values: Values): Promise<LocalPort | null> {
  const portId = textOf(values, 'local_port_id');
  if (portId === undefined) return null;
  const port = await findPort(work, portId);
  if (port === null) throw localIpErrors.bad('local_ip', `Port ${portId} not found`);
  const address = chooseAddress(port, textOrNullOf(values, 'local_ip_address') ?? null);
  return { id: port.id, networkId: port.network_id, address };
}

/** A port that only holds the address. */
async function ownPort(work: Work, values: Values, localIpId: string): Promise<LocalPort> {
  const networkId = textOf(values, 'network_id');
  if (networkId === undefined) throw localIpErrors.portOrNetworkRequired();
  await networkTarget(work, { network_id: networkId });
  const { rows: subnets } = await sql`
    select 1 from subnets where network_id = ${networkId} and ip_version = 4 limit 1`.execute(work.trx);
  if (subnets.length === 0) {
    throw localIpErrors.bad('local_ip', `Network ${networkId} does not contain any IPv4 subnet`);
  }
  const address = textOrNullOf(values, 'local_ip_address') ?? null;
  const id = await makePort(work, {
    row: {
      project_id: requiredText(values, 'project_id'),
      network_id: networkId,
      device_id: localIpId,
      device_owner: ofLocalIp,
      status: 'N/A',
      port_security_enabled: false,
    },
    ...(address === null ? {} : { fixedIps: [{ ip_address: address }] }),
  });
  const { rows } = await sql<{ ip: string }>`
    select host(ip_address) as ip from ip_allocations where port_id = ${id} order by position limit 1`.execute(
    work.trx,
  );
  const given = rows[0];
  if (given === undefined) throw localIpErrors.noAddress(id);
  return { id, networkId, address: given.ip };
}

async function updateLocalIp(work: Work, current: Row, changes: Values): Promise<void> {
  await work.trx
    .updateTable('local_ips')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

async function removeLocalIp(work: Work, current: Row): Promise<void> {
  const { rows: used } = await sql`
    select 1 from local_ip_associations where local_ip_id = ${current.id} limit 1`.execute(work.trx);
  if (used.length > 0) throw localIpErrors.inUse(current.id);
  await work.trx.deleteFrom('local_ips').where('id', '=', current.id).execute();
  const { rows: ports } = await sql<{ id: string }>`
    select id from ports where id = ${current['local_port_id']} and device_owner = ${ofLocalIp}
      and device_id = ${current.id}`.execute(work.trx);
  await removePorts(
    work,
    ports.map((port) => port.id),
  );
}
