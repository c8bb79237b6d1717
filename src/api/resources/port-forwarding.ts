/** Ports of a floating IP that lead to ports of several fixed IPs. */
import { sql } from 'kysely';
import { violatedConstraint } from '../../store/transaction.ts';
import { type Attribute, writable } from '../engine/attribute.ts';
import { orNull, toCanonicalAddress, toInteger } from '../engine/conversions.ts';
import { asText } from '../engine/json.ts';
import { touch } from '../engine/operations.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, hiddenProject, id } from '../engine/standard-attributes.ts';
import { ipAddress, oneOf, orNone, range, text, uuid } from '../engine/validators.ts';
import { requiredText, textOf, type Values } from '../engine/values.ts';
import { portForwardingErrors } from '../errors/port-forwarding-errors.ts';
import { dropForwardings } from '../work/drop-forwardings.ts';
import { leadTo, lockFloatingIp, type Socket } from '../work/forwarding-target.ts';
import { iptablesProtocol, iptablesProtocols } from '../work/iptables-protocol.ts';
import { portRange, singlePort } from '../work/port-forwarding-sql.ts';
import { checkRanges, type PortRange, portRangeOrNone, readRange } from '../work/port-range.ts';
import { floatingip } from './floatingip.ts';

const port = { default: null, convert: orNull(toInteger), validate: orNone(range(1, 65_535)) } as const;
const ports = { default: null, validate: portRangeOrNone } as const;
const filterAndSort = { filter: true, sortKey: true } as const;

/** A protocol that the kernel forwards by port. */
const protocol: Attribute = writable(column('protocol'), {
  convert: iptablesProtocol,
  validate: oneOf(iptablesProtocols),
  ...filterAndSort,
});

export const portForwarding: Resource = {
  name: 'port_forwarding',
  collection: 'port_forwardings',
  path: 'port_forwardings',
  policyName: 'floatingip_port_forwarding',
  extensions: [
    'floating-ip-port-forwarding',
    'floating-ip-port-forwarding-description',
    'floating-ip-port-forwarding-port-ranges',
  ],
  parent: { resource: floatingip, column: sql`t.floatingip_id`, attribute: 'floatingip_id' },
  from: sql`port_forwardings as t`,
  notFound: portForwardingErrors.notFound,
  visible: ({ projectId }) => sql`(t.project_id = ${projectId}
    or exists (select 1 from floating_ips f where f.id = t.floatingip_id and f.project_id = ${projectId}))`,
  attributes: {
    id,
    ...hiddenProject,
    protocol,
    external_port: writable(expression('integer', singlePort('external', 't')), { ...port, ...filterAndSort }),
    external_port_range: writable(expression('text', portRange('external', 't')), { ...ports, ...filterAndSort }),
    internal_port: writable(expression('integer', singlePort('internal', 't')), port),
    internal_port_range: writable(expression('text', portRange('internal', 't')), ports),
    internal_ip_address: writable(column('internal_ip_address', 'address'), {
      convert: toCanonicalAddress,
      validate: ipAddress,
    }),
    internal_port_id: writable(column('internal_port_id', 'uuid'), { validate: uuid, ...filterAndSort }),
    description: writable(column('description'), { default: '', validate: text(1024), filter: true }),
  },
  create: createForwarding,
  update: updateForwarding,
  remove: removeForwarding,
};

async function createForwarding(work: Work, values: Values): Promise<string> {
  const fip = await lockFloatingIp(work, requiredText(values, 'floatingip_id'));
  const external = readRange(values, 'external');
  const internal = readRange(values, 'internal');
  if (external === null || internal === null) {
    throw portForwardingErrors.bad('An internal and an external port or port range must be specified');
  }
  checkRanges(external, internal);
  checkProtocol(values);
  const socket = socketOf(values);
  await leadTo(work, fip, socket);
  const made = await withoutCollision(external, internal, async () =>
    work.trx
      .insertInto('port_forwardings')
      .values({
        project_id: requiredText(values, 'project_id'),
        floatingip_id: fip.id,
        protocol: requiredText(values, 'protocol'),
        ...columns(external, internal, socket),
        description: textOf(values, 'description'),
      })
      .returning('id')
      .executeTakeFirstOrThrow(),
  );
  await changed(work, fip.id);
  return made.id;
}

async function updateForwarding(work: Work, current: Row, changes: Values): Promise<void> {
  const fip = await lockFloatingIp(work, requiredText(current, 'floatingip_id'));
  const external = readRange(changes, 'external') ?? currentRange(current, 'external');
  const internal = readRange(changes, 'internal') ?? currentRange(current, 'internal');
  checkRanges(external, internal);
  checkProtocol(changes);
  const socket = socketOf({ ...current, ...changes });
  if (socket.portId !== current['internal_port_id'] || socket.address !== current['internal_ip_address']) {
    await leadTo(work, fip, socket);
  }
  await withoutCollision(external, internal, async () =>
    work.trx
      .updateTable('port_forwardings')
      .set({
        protocol: textOf(changes, 'protocol'),
        ...columns(external, internal, socket),
        description: textOf(changes, 'description'),
      })
      .where('id', '=', current.id)
      .execute(),
  );
  await changed(work, fip.id);
}

async function removeForwarding(work: Work, current: Row): Promise<void> {
  await lockFloatingIp(work, requiredText(current, 'floatingip_id'));
  await dropForwardings(work, sql`p.id = ${current.id}`);
}

/** What has no ports has none to forward. Neutron takes it, and then no agent can bring it about. */
function checkProtocol(values: Values): void {
  const given = textOf(values, 'protocol') ?? '';
  if (given.includes('icmp')) throw portForwardingErrors.bad(`Protocol ${given} has no ports to forward`);
}

function socketOf(values: Values): Socket {
  return { portId: requiredText(values, 'internal_port_id'), address: requiredText(values, 'internal_ip_address') };
}

function currentRange(current: Row, side: 'internal' | 'external'): PortRange {
  const [first = 0, last = first] = asText(current[`${side}_port_range`] ?? '')
    .split(':')
    .map(Number);
  return { first, last };
}

function columns(external: PortRange, internal: PortRange, { portId, address }: Socket) {
  return {
    external_first: external.first,
    external_last: external.last,
    internal_first: internal.first,
    internal_last: internal.last,
    internal_port_id: portId,
    internal_ip_address: address,
  };
}

/** A port of the floating IP leads to one place, and a port of a fixed IP is led to from one. */
async function withoutCollision<Result>(
  external: PortRange,
  internal: PortRange,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'port_forwardings_external_once')
      throw portForwardingErrors.duplicate('external', asRange(external));
    if (constraint === 'port_forwardings_internal_once')
      throw portForwardingErrors.duplicate('internal', asRange(internal));
    throw error;
  }
}

function asRange({ first, last }: PortRange): string {
  return `${first}:${last}`;
}

async function changed(work: Work, floatingIpId: string): Promise<void> {
  await touch(work, 'floating_ips', floatingIpId);
  work.changes.push({ kind: 'floatingip', id: floatingIpId });
}
