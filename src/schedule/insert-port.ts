/** Rows of ports, with MAC addresses that are unique in their networks. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Insertable, Transaction } from 'kysely';
import type { Database } from '../store/tables.ts';

export type NewPort = Omit<Insertable<Database['ports']>, 'mac_address' | 'id'>;

export interface PortToInsert {
  /** The row, which may depend on the MAC address that is drawn. */
  readonly row: (macAddress: string) => NewPort;
  /** Undefined: a random one. */
  readonly macAddress?: string | undefined;
}

export interface InsertedPort {
  readonly id: string;
  readonly macAddress: string;
}

const maximumAttempts = 16;

/**
 * Inserts all, a statement a round: who drew a MAC address that another port of the network has draws again. Null stands for
 * a port that names one that is taken. Random addresses begin like `baseMac`, of which bytes that are 00 at the end are drawn.
 */
export async function insertPorts(
  trx: Transaction<Database>,
  ports: readonly PortToInsert[],
  baseMac: string,
): Promise<readonly (InsertedPort | null)[]> {
  const inserted = new Map<PortToInsert, InsertedPort>();
  let waiting = ports;
  for (let attempt = 0; attempt < maximumAttempts && waiting.length > 0; attempt += 1) {
    const drawn = waiting.map((port) => ({
      port,
      id: randomUUID(),
      macAddress: port.macAddress ?? randomMac(baseMac),
    }));
    const rows = await trx
      .insertInto('ports')
      .values(drawn.map(({ port, id, macAddress }) => ({ ...port.row(macAddress), id, mac_address: macAddress })))
      .onConflict((conflict) => conflict.constraint('ports_mac_address_in_network').doNothing())
      .returning('id')
      .execute();
    const made = new Set(rows.map((row) => row.id));
    for (const { port, id, macAddress } of drawn) if (made.has(id)) inserted.set(port, { id, macAddress });
    waiting = waiting.filter((port) => port.macAddress === undefined && !inserted.has(port));
  }
  if (waiting.length > 0) throw new Error(`no free MAC address found in ${maximumAttempts} tries`);
  return ports.map((port) => inserted.get(port) ?? null);
}

/** Inserts one with a random MAC address. */
export async function insertPort(trx: Transaction<Database>, port: NewPort, baseMac: string): Promise<InsertedPort> {
  const [inserted] = await insertPorts(trx, [{ row: () => port }], baseMac);
  if (!inserted) throw new Error('a port with a random MAC address was not inserted');
  return inserted;
}

/** Neutron's `base_mac`: three bytes are kept, or four when the fourth is not 00. */
export function randomMac(baseMac: string): string {
  const bytes = baseMac.toLowerCase().split(':');
  const kept = bytes.slice(0, bytes[3] === '00' ? 3 : 4);
  const drawn = [...randomBytes(6 - kept.length)].map((byte) => byte.toString(16).padStart(2, '0'));
  return [...kept, ...drawn].join(':');
}
