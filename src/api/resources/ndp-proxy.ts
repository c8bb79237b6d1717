/** NDP proxies: IPv6 addresses of the inside for which a router answers outside. */
import { sql } from 'kysely';
import { cidrContains, formatAddress, parseAddress, toAddress, toCidr } from '../../model/addresses.ts';
import { violatedConstraint } from '../../store/transaction.ts';
import { onCreate, readOnly, writable } from '../engine/attribute.ts';
import { toCanonicalAddress } from '../engine/conversions.ts';
import { readOne } from '../engine/read.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, history, id, name, project } from '../engine/standard-attributes.ts';
import { ipAddress, orNone, text, uuid } from '../engine/validators.ts';
import { objectsOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { ndpProxyErrors } from '../errors/ndp-proxy-errors.ts';
import { addressScopeOf } from '../work/ndp-proxy-state.ts';
import { port } from './port.ts';
import { router } from './router.ts';

const unfiltered = { filter: false, sortKey: true } as const;

export const ndpProxy: Resource = {
  name: 'ndp_proxy',
  collection: 'ndp_proxies',
  path: 'ndp_proxies',
  extensions: ['l3-ndp-proxy'],
  notEnforced: 'no router answers for the addresses of its inside yet',
  from: sql`ndp_proxies as t`,
  notFound: ndpProxyErrors.notFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    id: { ...id, filter: false },
    name,
    project_id: { ...project.project_id, ...unfiltered },
    tenant_id: { ...project.tenant_id, ...unfiltered },
    router_id: onCreate(column('router_id', 'uuid'), { validate: uuid, sortKey: true }),
    port_id: onCreate(column('port_id', 'uuid'), { validate: uuid, sortKey: true }),
    ip_address: onCreate(column('ip_address', 'address'), {
      default: null,
      convert: toCanonicalAddress,
      validate: orNone(ipAddress),
      sortKey: true,
    }),
    description: writable(column('description'), { default: '', validate: text(1024) }),
    created_at: history.created_at,
    updated_at: history.updated_at,
    revision_number: readOnly(column('revision_number', 'integer')),
  },
  create: createProxy,
  update: updateProxy,
  remove: removeProxy,
};

async function createProxy(work: Work, values: Values): Promise<string> {
  const routerId = requiredText(values, 'router_id');
  const portId = requiredText(values, 'port_id');
  // The router is locked, so that its gateway and interfaces stay as they are seen here.
  const onRouter = await readOne(work.trx, router, work.caller, routerId, { forUpdate: true });
  const onPort = await readOne(work.trx, port, work.caller, portId, { forUpdate: true });
  const inside = await sixthSubnets(work, routerId, String(onPort['network_id']));
  if (inside === null) throw ndpProxyErrors.unreachable(portId, routerId);
  if (onRouter['enable_ndp_proxy'] !== true) throw ndpProxyErrors.notEnabled(routerId);
  const address = chooseAddress(onPort, routerId, inside, textOrNullOf(values, 'ip_address') ?? null);
  await checkScopes(work, routerId, String(onPort['network_id']));
  try {
    const row = await work.trx
      .insertInto('ndp_proxies')
      .values({
        project_id: requiredText(values, 'project_id'),
        name: textOf(values, 'name'),
        description: textOf(values, 'description'),
        router_id: routerId,
        port_id: portId,
        ip_address: address,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    work.changes.push({ kind: 'router', id: routerId });
    return row.id;
  } catch (error) {
    if (violatedConstraint(error) === 'ndp_proxies_once') throw ndpProxyErrors.exists(address, routerId);
    throw error;
  }
}

/** CIDRs of the IPv6 subnets of a network that the router joins; null when it joins none of its subnets. */
async function sixthSubnets(work: Work, routerId: string, networkId: string): Promise<readonly string[] | null> {
  const { rows } = await sql<{ cidr: string; version: number }>`
    select s.cidr::text as cidr, s.ip_version as version from ports p
    join ip_allocations a on a.port_id = p.id join subnets s on s.id = a.subnet_id
    where p.device_id = ${routerId} and p.network_id = ${networkId}`.execute(work.trx);
  return rows.length === 0 ? null : rows.filter((row) => row.version === 6).map((row) => row.cidr);
}

function chooseAddress(onPort: Row, routerId: string, inside: readonly string[], asked: string | null): string {
  const sixth = (objectsOf(onPort, 'fixed_ips') ?? [])
    .map((one) => toAddress(String(one['ip_address'])))
    .filter(({ version }) => version === 6);
  if (sixth.length === 0) throw ndpProxyErrors.withoutAddress(onPort.id);
  const reached = sixth
    .filter((address) => inside.some((cidr) => cidrContains(toCidr(cidr), address)))
    .map(formatAddress);
  if (asked === null) {
    if (reached[0] === undefined) throw ndpProxyErrors.unreachable(onPort.id, routerId);
    return reached[0];
  }
  const wanted = parseAddress(asked);
  const text = wanted === null ? asked : formatAddress(wanted);
  if (!sixth.map(formatAddress).includes(text)) {
    throw ndpProxyErrors.invalidAddress(text, `This address not belong to the port ${onPort.id}`);
  }
  if (!reached.includes(text)) {
    throw ndpProxyErrors.invalidAddress(text, `This address cannot reach the router ${routerId}`);
  }
  return text;
}

/** Packets are routed between the two networks as they are only within one address scope. */
async function checkScopes(work: Work, routerId: string, networkId: string): Promise<void> {
  const row = await work.trx
    .selectFrom('routers')
    .select('gateway_network_id')
    .where('id', '=', routerId)
    .executeTakeFirstOrThrow();
  const outer = row.gateway_network_id === null ? null : await addressScopeOf(work, row.gateway_network_id);
  const inner = await addressScopeOf(work, networkId);
  if (outer !== inner) throw ndpProxyErrors.scopesDiffer(outer ?? 'None', inner ?? 'None');
}

async function updateProxy(work: Work, current: Row, changes: Values): Promise<void> {
  await work.trx
    .updateTable('ndp_proxies')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
}

async function removeProxy(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('ndp_proxies').where('id', '=', current.id).execute();
  work.changes.push({ kind: 'router', id: requiredText(current, 'router_id') });
}
