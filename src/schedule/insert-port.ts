/** A port's row, with a MAC address that is unique in its network. */
import { randomBytes } from 'node:crypto';
import type { Insertable, Transaction } from 'kysely';
import type { Database } from '../store/tables.ts';

export type NewPort = Omit<Insertable<Database['ports']>, 'mac_address' | 'id'>;

const maximumAttempts = 16;

/** Inserts with this MAC address. Null when another port of the network has it. */
export async function insertPortWithMac(
  trx: Transaction<Database>,
  port: NewPort,
  macAddress: string,
): Promise<string | null> {
  const row = await trx
    .insertInto('ports')
    .values({ ...port, mac_address: macAddress })
    .onConflict((conflict) => conflict.constraint('ports_mac_address_in_network').doNothing())
    .returning('id')
    .executeTakeFirst();
  return row?.id ?? null;
}

/** Inserts with a random MAC address that begins like `baseMac`, of which bytes that are 00 at the end are drawn. */
export async function insertPort(
  trx: Transaction<Database>,
  port: NewPort,
  baseMac: string,
): Promise<{ readonly id: string; readonly macAddress: string }> {
  for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
    const macAddress = randomMac(baseMac);
    const id = await insertPortWithMac(trx, port, macAddress);
    if (id !== null) return { id, macAddress };
  }
  throw new Error(`no free MAC address found for network ${port.network_id} in ${maximumAttempts} tries`);
}

/** Neutron's `base_mac`: three bytes are kept, or four when the fourth is not 00. */
export function randomMac(baseMac: string): string {
  const bytes = baseMac.toLowerCase().split(':');
  const kept = bytes.slice(0, bytes[3] === '00' ? 3 : 4);
  const drawn = [...randomBytes(6 - kept.length)].map((byte) => byte.toString(16).padStart(2, '0'));
  return [...kept, ...drawn].join(':');
}
