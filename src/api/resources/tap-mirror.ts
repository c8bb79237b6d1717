/** Tap mirrors: copies of a port's packets, sent through GRE or ERSPAN tunnels out of the cloud. */
import { sql } from 'kysely';
import { onCreate } from '../engine/attribute.ts';
import { toCanonicalAddress, toInteger } from '../engine/conversions.ts';
import { isObject, type Json } from '../engine/json.ts';
import type { Resource, Work } from '../engine/resource.ts';
import { column, expression } from '../engine/standard-attributes.ts';
import { ipAddress, object, oneOf, range, uuid, validator } from '../engine/validators.ts';
import { objectOrNullOf, requiredText, textOf, type Values } from '../engine/values.ts';
import { portErrors } from '../errors/port-errors.ts';
import { tapErrors } from '../errors/tap-errors.ts';
import { requireTapPort } from '../work/tap-port.ts';
import { removeTap, renameTap, tapAttributes, tapsNotEnforced } from './tap-service.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
const tunnelId = range(0, 2 ** 31 - 1);
const knownDirections = object({ IN: tunnelId, OUT: tunnelId, BOTH: tunnelId }, []);

/** One tunnel a direction, of which there must be one. */
const directions = validator('type:dict', { ...knownDirections.schema, minProperties: 1 }, (value) =>
  isObject(value) && Object.keys(value).length === 0 ? 'at least one direction is required' : knownDirections(value),
);

export const tapMirror: Resource = {
  name: 'tap_mirror',
  collection: 'tap_mirrors',
  path: 'taas/tap_mirrors',
  extensions: ['tap-mirror', 'tap-mirror-both-direction'],
  notEnforced: tapsNotEnforced,
  from: sql`tap_mirrors as t`,
  notFound: tapErrors.mirrorNotFound,
  visible: ({ projectId }) => sql`t.project_id = ${projectId}`,
  attributes: {
    ...tapAttributes,
    port_id: onCreate(column('port_id', 'uuid'), { ...filterAndSort, validate: uuid, enforcePolicy: true }),
    directions: onCreate(
      expression(
        'json',
        sql`coalesce((select json_object_agg(n.direction, n.tunnel_id order by n.direction)
          from tap_mirror_tunnels n where n.tap_mirror_id = t.id), '{}')`,
      ),
      { convert: toDirections, validate: directions },
    ),
    remote_ip: onCreate(column('remote_ip', 'address'), {
      ...filterAndSort,
      convert: toCanonicalAddress,
      validate: ipAddress,
    }),
    mirror_type: onCreate(column('mirror_type'), { ...filterAndSort, validate: oneOf(['erspanv1', 'gre']) }),
  },
  create: createMirror,
  update: (work, current, changes) => renameTap(work, 'tap_mirrors', current, changes),
  remove: (work, current) => removeTap(work, 'tap_mirrors', current),
};

/** A direction with null is not asked for. */
function toDirections(value: Json): Json {
  if (!isObject(value)) return value;
  const given = Object.entries(value).filter(([, tunnel]) => tunnel !== null);
  return Object.fromEntries(given.map(([direction, tunnel]) => [direction, toInteger(tunnel)]));
}

async function createMirror(work: Work, values: Values): Promise<string> {
  const projectId = requiredText(values, 'project_id');
  const portId = requiredText(values, 'port_id');
  const remoteIp = requiredText(values, 'remote_ip');
  await requireTapPort(work, portId, projectId, () => portErrors.notFound(portId));
  const row = await work.trx
    .insertInto('tap_mirrors')
    .values({
      project_id: projectId,
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      port_id: portId,
      mirror_type: requiredText(values, 'mirror_type'),
      remote_ip: remoteIp,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  const tunnels = Object.entries(objectOrNullOf(values, 'directions') ?? {});
  const made = await work.trx
    .insertInto('tap_mirror_tunnels')
    .values(
      tunnels.map(([direction, tunnel]) => ({
        tap_mirror_id: row.id,
        remote_ip: remoteIp,
        direction,
        tunnel_id: Number(tunnel),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning('direction')
    .execute();
  if (made.length < tunnels.length) throw tapErrors.tunnelInUse();
  return row.id;
}
