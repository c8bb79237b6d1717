/** Which ports a local IP leads to: one for each host that has any. */
import { sql } from 'kysely';
import { type Attribute, onCreate, readOnly } from '../engine/attribute.ts';
import { toCanonicalAddress } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { ipAddress, orNone, text, uuid } from '../engine/validators.ts';
import { requiredText, textOrNullOf, type Values } from '../engine/values.ts';
import { localIpErrors } from '../errors/local-ip-errors.ts';
import { chooseAddress, findPort } from '../work/local-ip-port.ts';
import { localIp } from './local-ip.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
/** Taken from a body, as everywhere; the association itself belongs to its local IP. */
const owner: Attribute = onCreate(null, { validate: text(255), visible: false });

export const localIpAssociation: Resource = {
  name: 'port_association',
  collection: 'port_associations',
  path: 'port_associations',
  policyName: 'local_ip_port_association',
  extensions: ['local_ip'],
  parent: { resource: localIp, column: sql`t.local_ip_id`, attribute: 'local_ip_id' },
  key: 'fixed_port_id',
  notEnforced: 'no host translates local IPs yet',
  from: sql`local_ip_associations as t`,
  notFound: (portId, localIpId = '') => localIpErrors.associationNotFound(localIpId, portId),
  visible: ({ projectId }) =>
    sql`exists (select 1 from local_ips l where l.id = t.local_ip_id and l.project_id = ${projectId})`,
  attributes: {
    fixed_port_id: onCreate(column('fixed_port_id', 'uuid'), { ...filterAndSort, validate: uuid }),
    fixed_ip: onCreate(column('fixed_ip', 'address'), {
      ...filterAndSort,
      default: null,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
    }),
    local_ip_id: readOnly(column('local_ip_id', 'uuid')),
    local_ip_address: readOnly(
      expression('address', sql`(select host(l.local_ip_address) from local_ips l where l.id = t.local_ip_id)`, {
        compared: sql`(select l.local_ip_address from local_ips l where l.id = t.local_ip_id)`,
      }),
      filterAndSort,
    ),
    host: readOnly(
      expression('text', sql`(select p.host_id from ports p where p.id = t.fixed_port_id)`),
      filterAndSort,
    ),
    project_id: owner,
    tenant_id: owner,
  },
  create: createAssociation,
  remove: removeAssociation,
};

async function createAssociation(work: Work, values: Values): Promise<string> {
  const localIpId = requiredText(values, 'local_ip_id');
  const portId = requiredText(values, 'fixed_port_id');
  const port = await findPort(work, portId);
  if (port === null) throw localIpErrors.bad('local_ip_port_association', `Port ${portId} not found`);
  const made = await work.trx
    .insertInto('local_ip_associations')
    .values({
      local_ip_id: localIpId,
      fixed_port_id: port.id,
      fixed_ip: chooseAddress(port, textOrNullOf(values, 'fixed_ip') ?? null),
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('fixed_port_id')
    .executeTakeFirst();
  if (made === undefined) throw localIpErrors.associationExists(localIpId, portId);
  return made.fixed_port_id;
}

async function removeAssociation(work: Work, current: Row): Promise<void> {
  await work.trx
    .deleteFrom('local_ip_associations')
    .where('local_ip_id', '=', String(current['local_ip_id']))
    .where('fixed_port_id', '=', String(current['fixed_port_id']))
    .execute();
}
