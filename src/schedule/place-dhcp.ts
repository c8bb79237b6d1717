/** DHCP servers of networks on hosts with the role `dhcp`, and the ports that they speak through. */
import { sql, type Transaction } from 'kysely';
import { eui64Address, formatAddress, toCidr } from '../model/addresses.ts';
import type { Change } from '../store/changes.ts';
import type { Database } from '../store/tables.ts';
import { bindPorts } from './bind.ts';
import { dhcpDeviceId, reservedDhcpPort } from './dhcp-device-id.ts';
import { giveLastAddress, takeAddress } from './give-address.ts';
import { insertPort } from './insert-port.ts';
import { isUp, type LiveHost, leastLoaded, readLiveHosts } from './live-hosts.ts';
import type { PlaceOptions } from './place-options.ts';

type Trx = Transaction<Database>;

interface ServedNetwork {
  readonly id: string;
  readonly project_id: string;
  readonly network_type: string;
  readonly physical_network: string | null;
  /** Zones that it is to be served in; empty: any. */
  readonly zones: readonly string[];
  /** Hosts that an operator wants it served by, and that do not serve it yet. */
  readonly asked: readonly string[];
  /** Hosts that an operator took it off: they do not get it again, and others only in place of those that fail. */
  readonly refused: readonly string[];
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
    select n.id, n.project_id, n.network_type, n.physical_network, n.availability_zone_hints as zones, d.live, d.dead, w.asked, w.refused
    from networks n
    cross join lateral (
      select coalesce(json_agg(s.host) filter (where l.alive), '[]') as live,
        coalesce(json_agg(json_build_object('host', s.host, 'port_id', s.port_id)) filter (where not l.alive), '[]') as dead
      from dhcp_servers s
      cross join lateral (
        select exists (select 1 from hosts h where h.name = s.host and ${isUp('dhcp')}) as alive
      ) l
      where s.network_id = n.id
    ) d
    cross join lateral (
      select coalesce(json_agg(w.host order by w.host) filter (where w.wanted and ${isUp('dhcp')}
          and not exists (select 1 from dhcp_servers s where s.network_id = n.id and s.host = w.host)), '[]') as asked,
        coalesce(json_agg(w.host) filter (where not w.wanted), '[]') as refused
      from dhcp_wishes w left join hosts h on h.name = w.host
      where w.network_id = n.id
    ) w
    where n.admin_state_up and (json_array_length(w.asked) > 0 or json_array_length(d.live) < ${wanted}::integer
        and (json_array_length(w.refused) = 0 or json_array_length(d.dead) > 0))
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
  const asked = hosts.filter((host) => network.asked.includes(host.name));
  const able = hosts.filter(
    (host) =>
      !network.refused.includes(host.name) &&
      (network.zones.length === 0 || network.zones.includes(host.availability_zone)),
  );
  for (;;) {
    const host = asked.shift() ?? nextHost();
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

  function nextHost(): LiveHost | null {
    if (used.size >= options.dhcpAgentsPerNetwork || (network.refused.length > 0 && dead.length === 0)) return null;
    const free = able.filter((host) => !used.has(host.name));
    return leastLoaded(free, 'dhcp', { segments: [network] }, load);
  }
}

async function addServer(trx: Trx, options: PlaceOptions, network: ServedNetwork, host: LiveHost): Promise<string> {
  const deviceId = dhcpDeviceId(host.name, network.id);
  const id =
    (await takeReserved(trx, network, host, deviceId)) ?? (await makePort(trx, options, network, host, deviceId));
  await trx.insertInto('dhcp_servers').values({ network_id: network.id, host: host.name, port_id: id }).execute();
  return id;
}

/** The port of a server that an operator took off another host: the address that leases name stays. */
async function takeReserved(
  trx: Trx,
  network: ServedNetwork,
  host: LiveHost,
  deviceId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    update ports set host_id = ${host.name}, device_id = ${deviceId}, revision_number = revision_number + 1, updated_at = now()
    where id = (select id from ports where network_id = ${network.id} and device_id = ${reservedDhcpPort} limit 1)
    returning id`.execute(trx);
  return rows[0]?.id;
}

async function makePort(
  trx: Trx,
  options: PlaceOptions,
  network: ServedNetwork,
  host: LiveHost,
  deviceId: string,
): Promise<string> {
  const { id } = await insertPort(
    trx,
    {
      project_id: network.project_id,
      network_id: network.id,
      device_id: deviceId,
      device_owner: 'network:dhcp',
      host_id: host.name,
      port_security_enabled: false,
    },
    options.baseMac,
  );
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
  // Where an operator wanted it is no more; it must not have two when that host comes back.
  await trx
    .deleteFrom('dhcp_wishes')
    .where('network_id', '=', network.id)
    .where('host', '=', left.host)
    .where('wanted', '=', true)
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
    delete from ports p using (
      select d.port_id, d.network_id from dhcp_servers d
      union all
      select r.id, r.network_id from ports r where r.device_id = ${reservedDhcpPort}
    ) d
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
