/** DHCP servers of networks on hosts with the role `dhcp`, and the ports that they speak through. */
import { sql, type Transaction } from 'kysely';
import { eui64Address, formatAddress, toCidr } from '../model/addresses.ts';
import type { Change } from '../store/changes.ts';
import type { Database } from '../store/tables.ts';
import { bindPorts } from './bind.ts';
import { dhcpDeviceId } from './dhcp-device-id.ts';
import { giveLastAddress, takeAddress } from './give-address.ts';
import { insertPort } from './insert-port.ts';
import { isAlive, type LiveHost, leastLoaded, readLiveHosts } from './live-hosts.ts';
import type { PlaceOptions } from './place-options.ts';

type Trx = Transaction<Database>;

interface ServedNetwork {
  readonly id: string;
  readonly project_id: string;
  readonly network_type: string;
  readonly physical_network: string | null;
  readonly live: readonly string[];
  /** Servers on hosts that are not alive. */
  readonly dead: readonly { readonly host: string; readonly port_id: string }[];
}

/** Brings DHCP servers in line with the DHCP subnets that there are. */
export async function placeDhcpServers(trx: Trx, options: PlaceOptions): Promise<readonly Change[]> {
  const changes: Change[] = [...(await removeNeedless(trx))];
  const networks = await readUnderserved(trx, options.dhcpAgentsPerNetwork);
  if (networks.length > 0) {
    const hosts = await readLiveHosts(trx);
    const load = new Map(hosts.map((host) => [host.name, host.dhcpServers]));
    for (const network of networks) changes.push(...(await serve(trx, options, network, hosts, load)));
  }
  return [...changes, ...(await completeAddresses(trx))];
}

async function readUnderserved(trx: Trx, wanted: number): Promise<readonly ServedNetwork[]> {
  const { rows } = await sql<ServedNetwork>`
    select n.id, n.project_id, n.network_type, n.physical_network, d.live, d.dead
    from networks n
    cross join lateral (
      select coalesce(json_agg(s.host) filter (where l.alive), '[]') as live,
        coalesce(json_agg(json_build_object('host', s.host, 'port_id', s.port_id)) filter (where not l.alive), '[]') as dead
      from dhcp_servers s
      cross join lateral (
        select exists (select 1 from hosts h where h.name = s.host and h.admin_state_up and ${isAlive}) as alive
      ) l
      where s.network_id = n.id
    ) d
    where n.admin_state_up and json_array_length(d.live) < ${wanted}::integer
      and exists (select 1 from subnets s where s.network_id = n.id and s.enable_dhcp)
    order by n.created_at, n.id`.execute(trx);
  return rows;
}

async function serve(
  trx: Trx,
  options: PlaceOptions,
  network: ServedNetwork,
  hosts: readonly LiveHost[],
  load: Map<string, number>,
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  const dead = [...network.dead];
  const used = new Set(network.live);
  while (used.size < options.dhcpAgentsPerNetwork) {
    const free = hosts.filter((host) => !used.has(host.name));
    const host = leastLoaded(free, 'dhcp', { segments: [network] }, load);
    if (host === null) break;
    used.add(host.name);
    load.set(host.name, (load.get(host.name) ?? 0) + 1);
    const left = dead.shift();
    // A server that moves keeps its port, so that clients find it at the address that their leases name.
    const portId =
      left === undefined ? await addServer(trx, options, network, host) : await moveServer(trx, network, left, host);
    await bindPorts(trx, [portId]);
    changes.push({ kind: 'port', id: portId, networkId: network.id, hosts: left === undefined ? [] : [left.host] });
    changes.push({ kind: 'network', id: network.id });
  }
  return changes;
}

async function addServer(trx: Trx, options: PlaceOptions, network: ServedNetwork, host: LiveHost): Promise<string> {
  const { id } = await insertPort(
    trx,
    {
      project_id: network.project_id,
      network_id: network.id,
      device_id: dhcpDeviceId(host.name, network.id),
      device_owner: 'network:dhcp',
      host_id: host.name,
      port_security_enabled: false,
    },
    options.baseMac,
  );
  await trx.insertInto('dhcp_servers').values({ network_id: network.id, host: host.name, port_id: id }).execute();
  return id;
}

async function moveServer(
  trx: Trx,
  network: ServedNetwork,
  left: ServedNetwork['dead'][number],
  host: LiveHost,
): Promise<string> {
  await trx
    .updateTable('dhcp_servers')
    .set({ host: host.name })
    .where('network_id', '=', network.id)
    .where('host', '=', left.host)
    .execute();
  await sql`
    update ports set host_id = ${host.name}, device_id = ${dhcpDeviceId(host.name, network.id)}, status = 'DOWN',
      revision_number = revision_number + 1, updated_at = now()
    where id = ${left.port_id}`.execute(trx);
  return left.port_id;
}

/** Servers of networks that no longer have a DHCP subnet, and addresses of subnets that no longer have DHCP. */
async function removeNeedless(trx: Trx): Promise<readonly Change[]> {
  const { rows: gone } = await sql<{ id: string; network_id: string; host_id: string }>`
    delete from ports p using dhcp_servers d
    where d.port_id = p.id and not exists (select 1 from subnets s where s.network_id = d.network_id and s.enable_dhcp)
    returning p.id, p.network_id, p.host_id`.execute(trx);
  const { rows: lost } = await sql<{ id: string }>`
    delete from ip_allocations a using dhcp_servers d, subnets s
    where a.port_id = d.port_id and s.id = a.subnet_id and not s.enable_dhcp returning a.port_id as id`.execute(trx);
  return [
    ...gone.map((row) => ({ kind: 'port', id: row.id, networkId: row.network_id, hosts: [row.host_id] })),
    ...lost.map((row) => ({ kind: 'port', id: row.id })),
  ];
}

/** A DHCP port has an address of every DHCP subnet of its network. */
async function completeAddresses(trx: Trx): Promise<readonly Change[]> {
  const { rows } = await sql<{
    port_id: string;
    subnet_id: string;
    cidr: string;
    mac: string;
    auto: boolean;
    position: number;
  }>`
    select d.port_id, s.id as subnet_id, s.cidr::text as cidr, p.mac_address::text as mac,
      (s.ip_version = 6 and s.ipv6_address_mode in ('slaac', 'dhcpv6-stateless')) is true as auto,
      row_number() over (partition by d.port_id order by s.created_at, s.id)
        + (select count(*) from ip_allocations a where a.port_id = d.port_id) as position
    from dhcp_servers d
    join ports p on p.id = d.port_id
    join subnets s on s.network_id = d.network_id and s.enable_dhcp
    where not exists (select 1 from ip_allocations a where a.port_id = d.port_id and a.subnet_id = s.id)`.execute(trx);
  const changes: Change[] = [];
  for (const row of rows) {
    const wanted = { portId: row.port_id, subnetId: row.subnet_id, position: row.position };
    const got = row.auto
      ? await takeAddress(trx, wanted, formatAddress(eui64Address(toCidr(row.cidr), row.mac)))
      : (await giveLastAddress(trx, wanted)) !== null;
    if (got) changes.push({ kind: 'port', id: row.port_id });
  }
  return changes;
}
