/** Floating IPs: addresses of an external network that lead to a port. */
import { sql } from 'kysely';
import { sqlState, violatedConstraint } from '../../store/transaction.ts';
import { notGiven, onCreate, readOnly, writable } from '../engine/attribute.ts';
import { orNull, toBoolean, toCanonicalAddress, toLowerCase } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, description, expression, history, id, project, tags } from '../engine/standard-attributes.ts';
import { ipAddress, orNone, uuid } from '../engine/validators.ts';
import { requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { portForwardingErrors } from '../errors/port-forwarding-errors.ts';
import { routerErrors } from '../errors/router-errors.ts';
import { absoluteName, relativeName } from '../work/dns-names.ts';
import { type Association, findAssociation } from '../work/floating-ip-association.ts';
import { makePort } from '../work/make-port.ts';
import { portRange, singlePort } from '../work/port-forwarding-sql.ts';
import { changedPolicy, givenPolicy } from '../work/qos-policy-use.ts';
import { removePorts } from '../work/remove-port.ts';
import { seenNetwork } from '../work/seen-network.ts';
import { qosNetworkPolicyId, qosPolicyId } from './qos-attributes.ts';

const uniqueViolation = '23505';
const filterAndSort = { filter: true, sortKey: true } as const;

export const floatingip: Resource = {
  name: 'floatingip',
  collection: 'floatingips',
  path: 'floatingips',
  extensions: [
    'router',
    'fip-port-details',
    'dns-integration',
    'standard-attr-description',
    'qos-fip',
    'qos-fip-network-policy',
    'expose-port-forwarding-in-fip',
    'floating-ip-port-forwarding-detail',
    'floating-ip-distributed',
    'floatingip-autodelete-internal',
  ],
  notEnforced: 'the router of a floating IP translates on its host, whatever distributed says',
  notEnforcedOf: sql<boolean>`t.distributed`,
  from: sql`floating_ips as t`,
  quota: 'floatingip',
  tagged: { table: 'floating_ips' },
  notFound: routerErrors.floatingIpNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id,
    ...project,
    floating_ip_address: onCreate(column('floating_ip_address', 'address'), {
      default: null,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
      enforcePolicy: true,
      ...filterAndSort,
    }),
    subnet_id: onCreate(null, { default: null, validate: orNone(uuid), visible: false }),
    floating_network_id: onCreate(column('floating_network_id', 'uuid'), { validate: uuid, ...filterAndSort }),
    router_id: readOnly(column('router_id', 'uuid'), { default: null, ...filterAndSort }),
    port_id: writable(column('port_id', 'uuid'), { default: null, validate: orNone(uuid), filter: true }),
    fixed_ip_address: writable(column('fixed_ip_address', 'address'), {
      default: null,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
      ...filterAndSort,
    }),
    status: readOnly(column('status'), filterAndSort),
    description,
    dns_name: onCreate(column('dns_name'), { default: '', convert: toLowerCase, validate: relativeName }),
    dns_domain: onCreate(column('dns_domain'), { default: '', convert: toLowerCase, validate: absoluteName }),
    qos_policy_id: qosPolicyId,
    qos_network_policy_id: qosNetworkPolicyId('floating_network_id'),
    distributed: writable(column('distributed', 'boolean'), {
      default: notGiven,
      convert: orNull(toBoolean),
      filter: true,
    }),
    port_details: readOnly(
      expression(
        'json',
        sql`(select json_build_object('name', p.name, 'network_id', p.network_id, 'mac_address', p.mac_address,
          'admin_state_up', p.admin_state_up, 'status', p.status, 'device_id', p.device_id, 'device_owner', p.device_owner)
          from ports p where p.id = t.port_id)`,
      ),
      { default: notGiven },
    ),
    port_forwardings: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(jsonb_build_object('id', f.id, 'protocol', f.protocol,
            'internal_ip_address', host(f.internal_ip_address), 'internal_port_id', f.internal_port_id,
            'internal_port', ${singlePort('internal')}, 'external_port', ${singlePort('external')})
            || case when f.external_first = f.external_last then '{}' else jsonb_build_object(
              'internal_port_range', ${portRange('internal')}, 'external_port_range', ${portRange('external')}) end
            order by f.protocol, f.external_first)
          from port_forwardings f where f.floatingip_id = t.id), '[]')`,
      ),
    ),
    ...tags,
    ...history,
  },
  create: createFloatingIp,
  update: updateFloatingIp,
  remove: removeFloatingIp,
};

async function createFloatingIp(work: Work, values: Values): Promise<string> {
  const networkId = requiredText(values, 'floating_network_id');
  await checkExternal(work, networkId);
  const qosPolicy = await givenPolicy(work, values);
  const { id: floatingIpId, port, address } = await makeFloatingPort(work, values, networkId);
  const association = await wantedAssociation(work, values, networkId, requiredText(values, 'project_id'));
  await inUniqueAssociation(address, floatingIpId, networkId, association, async () => {
    await work.trx
      .insertInto('floating_ips')
      .values({
        id: floatingIpId,
        project_id: requiredText(values, 'project_id'),
        description: textOf(values, 'description'),
        dns_name: textOf(values, 'dns_name'),
        dns_domain: textOf(values, 'dns_domain'),
        distributed: values['distributed'] === true,
        qos_policy_id: qosPolicy,
        floating_network_id: networkId,
        floating_ip_address: address,
        floating_port_id: port,
        router_id: association?.routerId ?? null,
        port_id: association?.portId ?? null,
        fixed_ip_address: association?.fixedIp ?? null,
      })
      .execute();
  });
  work.changes.push({ kind: 'floatingip', id: floatingIpId });
  return floatingIpId;
}

async function checkExternal(work: Work, networkId: string): Promise<void> {
  const { external } = await seenNetwork(work, networkId);
  if (!external) throw routerErrors.notExternal(networkId);
}

/** The port that holds the address, so that nobody else gets it. It is nobody's, and never plugged. */
async function makeFloatingPort(
  work: Work,
  values: Values,
  networkId: string,
): Promise<{ readonly id: string; readonly port: string; readonly address: string }> {
  const ip = textOrNullOf(values, 'floating_ip_address') ?? null;
  const subnetId = textOrNullOf(values, 'subnet_id') ?? null;
  const one = { ...(ip === null ? {} : { ip_address: ip }), ...(subnetId === null ? {} : { subnet_id: subnetId }) };
  const port = await makePort(work, {
    row: {
      project_id: '',
      network_id: networkId,
      device_owner: 'network:floatingip',
      status: 'N/A',
      port_security_enabled: false,
    },
    fixedIps: ip === null && subnetId === null ? undefined : [one],
  });
  const { rows } = await sql<{ id: string; address: string }>`
    update ports p set device_id = n.id::text from (select gen_random_uuid() as id) n, ip_allocations a
    where p.id = ${port} and a.port_id = p.id and family(a.ip_address) = 4 returning n.id, host(a.ip_address) as address`.execute(
    work.trx,
  );
  const row = rows[0];
  if (row === undefined) throw routerErrors.noExternalAddress(networkId);
  return { id: row.id, port, address: row.address };
}

async function wantedAssociation(
  work: Work,
  values: Values,
  networkId: string,
  projectId: string,
): Promise<Association | null> {
  const portId = textOrNullOf(values, 'port_id') ?? null;
  const fixedIp = textOrNullOf(values, 'fixed_ip_address') ?? null;
  if (portId !== null) return await findAssociation(work, { portId, fixedIp, networkId, projectId });
  if (fixedIp !== null) throw routerErrors.badFloatingIp('fixed_ip_address cannot be specified without a port_id');
  return null;
}

/** Names what stands in the way when the fixed IP has a floating IP on that network already. */
async function inUniqueAssociation(
  address: string,
  floatingIpId: string,
  networkId: string,
  association: Association | null,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (error) {
    // Ports of it are forwarded, which refer to it as one that leads to no port.
    if (violatedConstraint(error) === 'port_forwardings_floatingip')
      throw portForwardingErrors.floatingIpInUse(floatingIpId);
    if (association === null || sqlState(error) !== uniqueViolation) throw error;
    throw routerErrors.alreadyAssociated(address, floatingIpId, { ...association, networkId });
  }
}

async function updateFloatingIp(work: Work, current: Row, changes: Values): Promise<void> {
  const networkId = String(current['floating_network_id']);
  const projectId = String(current['project_id']);
  // An update that says nothing takes the port away: once a floating IP had nothing else to say.
  const moves = 'port_id' in changes || 'fixed_ip_address' in changes || Object.keys(changes).length === 0;
  const kept = Object.keys(changes).length === 0 ? null : (current['port_id'] ?? null);
  const wanted = { port_id: kept, ...changes };
  const association = moves ? await wantedAssociation(work, wanted, networkId, projectId) : undefined;
  const before = await routerHost(work, current);
  const qosPolicy = await changedPolicy(work, current, changes);
  await inUniqueAssociation(
    String(current['floating_ip_address']),
    current.id,
    networkId,
    association ?? null,
    async () => {
      await work.trx
        .updateTable('floating_ips')
        .set((eb) => ({
          description: textOf(changes, 'description'),
          distributed: 'distributed' in changes ? changes['distributed'] === true : undefined,
          qos_policy_id: qosPolicy,
          ...(association === undefined || (association === null && current['port_id'] === null)
            ? {}
            : {
                port_id: association?.portId ?? null,
                fixed_ip_address: association?.fixedIp ?? null,
                router_id: association?.routerId ?? null,
                // What was applied is another thing now; the host says when this one is.
                status: 'DOWN',
              }),
          revision_number: eb('revision_number', '+', 1),
          updated_at: sql<string>`now()`,
        }))
        .where('id', '=', current.id)
        .execute();
    },
  );
  work.changes.push({ kind: 'floatingip', id: current.id, hosts: [before] });
}

async function removeFloatingIp(work: Work, current: Row): Promise<void> {
  const host = await routerHost(work, current);
  await checkNotForwarded(work, current.id);
  const gone = await work.trx
    .deleteFrom('floating_ips')
    .where('id', '=', current.id)
    .returning('floating_port_id')
    .executeTakeFirstOrThrow();
  await removePorts(work, [gone.floating_port_id]);
  work.changes.push({ kind: 'floatingip', id: current.id, hosts: [host] });
}

/** The row is locked, and who forwards a port of it locks it first, so that none comes in between. */
async function checkNotForwarded(work: Work, floatingIpId: string): Promise<void> {
  const { rows } = await sql`select 1 from port_forwardings where floatingip_id = ${floatingIpId} limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw portForwardingErrors.floatingIpInUse(floatingIpId);
}

async function routerHost(work: Work, current: Row): Promise<string> {
  const routerId = current['router_id'];
  if (typeof routerId !== 'string') return '';
  const row = await work.trx.selectFrom('routers').select('host').where('id', '=', routerId).executeTakeFirst();
  return row?.host ?? '';
}
