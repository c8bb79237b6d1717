/** BGP speakers: what tells routers outside the way to floating IPs and to projects' networks. For admins. */
import { sql } from 'kysely';
import { onCreate, readOnly, writable } from '../engine/attribute.ts';
import { orNull, toBoolean, toInteger } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, id, name, project } from '../engine/standard-attributes.ts';
import { boolean, oneOf } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { bgpErrors } from '../errors/bgp-errors.ts';
import { autonomousSystem } from './bgp-peer.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

function advertises(what: string) {
  return writable(column(what, 'boolean'), {
    ...filterAndSort,
    default: true,
    convert: toBoolean,
    validate: boolean,
    enforcePolicy: true,
  });
}

export const bgpSpeaker: Resource = {
  name: 'bgp_speaker',
  collection: 'bgp_speakers',
  path: 'bgp-speakers',
  extensions: ['bgp', 'bgp_4byte_asn', 'bgp_dragent_scheduler'],
  notEnforced: 'no host speaks BGP yet',
  from: sql`bgp_speakers as t`,
  notFound: bgpErrors.speakerNotFound,
  visible: () => sql`false`,
  attributes: {
    id,
    name,
    ...project,
    local_as: onCreate(column('local_as', 'integer'), {
      ...filterAndSort,
      default: null,
      convert: orNull(toInteger),
      validate: autonomousSystem,
    }),
    ip_version: onCreate(column('ip_version', 'integer'), {
      ...filterAndSort,
      default: null,
      validate: oneOf([4, 6]),
    }),
    peers: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(p.bgp_peer_id order by p.peer_ip)
          from bgp_speaker_peers p where p.bgp_speaker_id = t.id), '[]')`,
      ),
      { enforcePolicy: true },
    ),
    networks: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(n.network_id order by n.network_id)
          from bgp_speaker_networks n where n.bgp_speaker_id = t.id), '[]')`,
      ),
      { enforcePolicy: true },
    ),
    advertise_floating_ip_host_routes: advertises('advertise_floating_ip_host_routes'),
    advertise_tenant_networks: advertises('advertise_tenant_networks'),
  },
  create: createSpeaker,
  update: updateSpeaker,
  remove: removeSpeaker,
};

async function createSpeaker(work: Work, values: Values): Promise<string> {
  const row = await work.trx
    .insertInto('bgp_speakers')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      local_as: integerOf(values, 'local_as') ?? 0,
      ip_version: integerOf(values, 'ip_version') ?? 4,
      advertise_floating_ip_host_routes: booleanOf(values, 'advertise_floating_ip_host_routes'),
      advertise_tenant_networks: booleanOf(values, 'advertise_tenant_networks'),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

async function updateSpeaker(work: Work, current: Row, changes: Values): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await work.trx
    .updateTable('bgp_speakers')
    .set({
      name: textOf(changes, 'name'),
      advertise_floating_ip_host_routes: booleanOf(changes, 'advertise_floating_ip_host_routes'),
      advertise_tenant_networks: booleanOf(changes, 'advertise_tenant_networks'),
    })
    .where('id', '=', current.id)
    .execute();
}

async function removeSpeaker(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('bgp_speakers').where('id', '=', current.id).execute();
}
