/** Ports that local IPs stand on, and which of their addresses is meant. */
import { sql } from 'kysely';
import type { Work } from '../engine/resource.ts';
import { localIpErrors } from '../errors/local-ip-errors.ts';

interface AddressedPort {
  readonly id: string;
  readonly network_id: string;
  readonly addresses: readonly string[];
}

/** The port, kept until the work is done; null when the caller has none of that id. */
export async function findPort(work: Work, portId: string): Promise<AddressedPort | null> {
  const { projectId, isAdmin } = work.caller;
  const { rows } = await sql<AddressedPort>`
    select p.id, p.network_id, coalesce((select json_agg(host(a.ip_address) order by a.position)
      from ip_allocations a where a.port_id = p.id), '[]') as addresses
    from ports p where p.id = ${portId} and (p.project_id = ${projectId} or ${isAdmin}) for key share of p`.execute(
    work.trx,
  );
  return rows[0] ?? null;
}

/** The address asked for, or the only one. */
export function chooseAddress(port: AddressedPort, asked: string | null): string {
  const [only, ...more] = port.addresses;
  if (only === undefined) throw localIpErrors.noAddress(port.id);
  if (asked !== null) {
    if (!port.addresses.includes(asked)) throw localIpErrors.addressNotOnPort(port.id, asked);
    return asked;
  }
  if (more.length > 0) throw localIpErrors.addressRequired(port.id);
  return only;
}
