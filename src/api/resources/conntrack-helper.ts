/** Helpers of the connection tracker in a router, for protocols that open ports as they go. */
import { sql } from 'kysely';
import { violatedConstraint } from '../../store/transaction.ts';
import { writable } from '../engine/attribute.ts';
import { toInteger } from '../engine/conversions.ts';
import { asRepr, asText } from '../engine/json.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, hiddenProject, id } from '../engine/standard-attributes.ts';
import { oneOf, range, text } from '../engine/validators.ts';
import { requiredText, type Values } from '../engine/values.ts';
import { conntrackHelperErrors } from '../errors/conntrack-helper-errors.ts';
import { iptablesProtocol, iptablesProtocols } from '../work/iptables-protocol.ts';
import { router } from './router.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

/** Neutron's default of what is allowed, and over which protocols. */
const protocolsOf: Readonly<Record<string, readonly string[]>> = {
  amanda: ['tcp'],
  ftp: ['tcp'],
  h323: ['udp', 'tcp'],
  irc: ['tcp'],
  'netbios-ns': ['udp'],
  pptp: ['tcp'],
  sane: ['tcp'],
  sip: ['udp', 'tcp'],
  snmp: ['udp'],
  tftp: ['udp'],
};

export const conntrackHelper: Resource = {
  name: 'conntrack_helper',
  collection: 'conntrack_helpers',
  path: 'conntrack_helpers',
  policyName: 'router_conntrack_helper',
  extensions: ['l3-conntrack-helper'],
  notEnforced: 'no host loads helpers into a router yet',
  parent: { resource: router, column: sql`t.router_id`, attribute: 'router_id' },
  from: sql`conntrack_helpers as t`,
  notFound: conntrackHelperErrors.notFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or exists (select 1 from routers r where r.id = t.router_id and r.project_id = ${projectId}))`,
  attributes: {
    id,
    ...hiddenProject,
    protocol: writable(column('protocol'), {
      convert: iptablesProtocol,
      validate: oneOf(iptablesProtocols),
      ...filterAndSort,
    }),
    port: writable(column('port', 'integer'), {
      convert: toInteger,
      validate: range(1, 65_535),
      ...filterAndSort,
    }),
    helper: writable(column('helper'), { convert: asText, validate: text(64), ...filterAndSort }),
  },
  create: createHelper,
  update: updateHelper,
  remove: removeHelper,
};

async function createHelper(work: Work, values: Values): Promise<string> {
  const routerId = requiredText(values, 'router_id');
  const helper = checkHelper(values);
  const row = await withoutDuplicate(routerId, helper, async () =>
    work.trx
      .insertInto('conntrack_helpers')
      .values({ ...helper, router_id: routerId, project_id: requiredText(values, 'project_id') })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  await changed(work, routerId);
  return row.id;
}

async function updateHelper(work: Work, current: Row, changes: Values): Promise<void> {
  const routerId = requiredText(current, 'router_id');
  const helper = checkHelper({ ...current, ...changes });
  await withoutDuplicate(routerId, helper, async () =>
    work.trx.updateTable('conntrack_helpers').set(helper).where('id', '=', current.id).execute(),
  );
  await changed(work, routerId);
}

async function removeHelper(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('conntrack_helpers').where('id', '=', current.id).execute();
  await changed(work, requiredText(current, 'router_id'));
}

interface Helper {
  readonly helper: string;
  readonly protocol: string;
  readonly port: number;
}

function checkHelper(values: Values): Helper {
  const helper = requiredText(values, 'helper');
  const protocol = requiredText(values, 'protocol');
  const allowed = protocolsOf[helper];
  if (allowed === undefined) throw conntrackHelperErrors.notAllowed(helper);
  if (!allowed.includes(protocol)) throw conntrackHelperErrors.protocol(helper, protocol, allowed);
  return { helper, protocol, port: Number(values['port']) };
}

async function withoutDuplicate<Result>(
  routerId: string,
  helper: Helper,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (violatedConstraint(error) !== 'conntrack_helpers_once') throw error;
    throw conntrackHelperErrors.duplicate(asRepr({ router_id: routerId, ...helper }));
  }
}

async function changed(work: Work, routerId: string): Promise<void> {
  await touch(work, 'routers', routerId);
  work.changes.push({ kind: 'router', id: routerId });
}
