/** Rules of metering labels: which traffic a label counts, or leaves out. */
import { sql } from 'kysely';
import { sqlState } from '../../store/transaction.ts';
import { type Attribute, onCreate, writable } from '../engine/attribute.ts';
import { toBoolean } from '../engine/conversions.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, id } from '../engine/standard-attributes.ts';
import { ipOrSubnet, oneOf, orNone, text, uuid } from '../engine/validators.ts';
import { booleanOf, requiredText, textOrNullOf, type Values } from '../engine/values.ts';
import { meteringErrors } from '../errors/metering-errors.ts';

const filterAndSort = { filter: true, sortKey: true } as const;
const foreignKeyViolation = '23503';
const exclusionViolation = '23P01';

const labelProject = expression(
  'text',
  sql`(select l.project_id from metering_labels l where l.id = t.metering_label_id)`,
);
const owner = onCreate(labelProject, { validate: text(255) });

function prefix(make: typeof onCreate, name: string): Attribute {
  return make(column(name, 'cidr'), { ...filterAndSort, default: null, validate: orNone(ipOrSubnet) });
}

export const meteringLabelRule: Resource = {
  name: 'metering_label_rule',
  collection: 'metering_label_rules',
  path: 'metering/metering-label-rules',
  extensions: ['metering', 'metering_source_and_destination_fields'],
  notEnforced: 'no host counts traffic yet',
  from: sql`metering_label_rules as t`,
  notFound: meteringErrors.ruleNotFound,
  visible: ({ projectId }) =>
    sql`exists (select 1 from metering_labels l where l.id = t.metering_label_id and l.project_id = ${projectId})`,
  attributes: {
    id,
    metering_label_id: onCreate(column('metering_label_id', 'uuid'), { ...filterAndSort, validate: uuid }),
    direction: onCreate(column('direction'), { ...filterAndSort, validate: oneOf(['ingress', 'egress']) }),
    remote_ip_prefix: prefix(onCreate, 'remote_ip_prefix'),
    source_ip_prefix: prefix(writable, 'source_ip_prefix'),
    destination_ip_prefix: prefix(writable, 'destination_ip_prefix'),
    excluded: onCreate(column('excluded', 'boolean'), { ...filterAndSort, default: false, convert: toBoolean }),
    project_id: owner,
    tenant_id: owner,
  },
  create: createRule,
  remove: removeRule,
};

async function createRule(work: Work, values: Values): Promise<string> {
  const remote = textOrNullOf(values, 'remote_ip_prefix') ?? null;
  const source = textOrNullOf(values, 'source_ip_prefix') ?? null;
  const destination = textOrNullOf(values, 'destination_ip_prefix') ?? null;
  if (remote !== null && (source ?? destination) !== null) throw meteringErrors.remoteWithOther();
  if ((remote ?? source ?? destination) === null) throw meteringErrors.prefixRequired();
  const labelId = requiredText(values, 'metering_label_id');
  try {
    const row = await work.trx
      .insertInto('metering_label_rules')
      .values({
        metering_label_id: labelId,
        direction: requiredText(values, 'direction'),
        excluded: booleanOf(values, 'excluded'),
        remote_ip_prefix: remote,
        source_ip_prefix: source,
        destination_ip_prefix: destination,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    return row.id;
  } catch (error) {
    if (sqlState(error) === foreignKeyViolation) throw meteringErrors.labelNotFound(labelId);
    if (sqlState(error) === exclusionViolation) throw meteringErrors.overlaps(String(remote));
    throw error;
  }
}

async function removeRule(work: Work, current: Row): Promise<void> {
  await work.trx.deleteFrom('metering_label_rules').where('id', '=', current.id).execute();
}
