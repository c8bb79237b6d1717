/** BGP peers: routers outside that speakers talk to. For admins. */
import { sql } from 'kysely';
import { onCreate, writable } from '../engine/attribute.ts';
import { orNull, toCanonicalAddress, toInteger } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, id, name, project } from '../engine/standard-attributes.ts';
import { ipAddress, oneOf, orNone, range, text } from '../engine/validators.ts';
import { integerOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { bgpErrors } from '../errors/bgp-errors.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
/** AS numbers of four bytes (RFC 6793). */
export const autonomousSystem = range(1, 2 ** 32 - 1);

export const bgpPeer: Resource = {
  name: 'bgp_peer',
  collection: 'bgp_peers',
  path: 'bgp-peers',
  extensions: ['bgp', 'bgp_4byte_asn'],
  notEnforced: 'no host speaks BGP yet',
  from: sql`bgp_peers as t`,
  notFound: bgpErrors.peerNotFound,
  visible: () => sql`false`,
  attributes: {
    id,
    name,
    ...project,
    peer_ip: onCreate(column('peer_ip', 'address'), {
      ...filterAndSort,
      convert: toCanonicalAddress,
      validate: ipAddress,
    }),
    remote_as: onCreate(column('remote_as', 'integer'), {
      ...filterAndSort,
      default: null,
      convert: orNull(toInteger),
      validate: autonomousSystem,
    }),
    auth_type: onCreate(column('auth_type'), { ...filterAndSort, validate: oneOf(['none', 'md5']) }),
    password: writable(null, { default: null, validate: orNone(text(255)), visible: false }),
  },
  create: createPeer,
  update: updatePeer,
  remove: removePeer,
};

async function createPeer(work: Work, values: Values): Promise<string> {
  const password = textOrNullOf(values, 'password') ?? null;
  const authType = requiredText(values, 'auth_type');
  if (authType === 'md5' && !password) throw bgpErrors.passwordRequired();
  const row = await work.trx
    .insertInto('bgp_peers')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      peer_ip: requiredText(values, 'peer_ip'),
      remote_as: integerOf(values, 'remote_as') ?? 0,
      auth_type: authType,
      password,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function updatePeer(work: Work, current: Row, changes: Values): Promise<void> {
  const password = textOrNullOf(changes, 'password');
  if (password && current['auth_type'] === 'none') throw bgpErrors.notAuthenticated(current.id);
  if (password === undefined && !('name' in changes)) return;
  await work.trx
    .updateTable('bgp_peers')
    .set({ name: textOf(changes, 'name'), password })
    .where('id', '=', current.id)
    .execute();
}

async function removePeer(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('bgp_peers').where('id', '=', current.id).execute();
}
