/** Rules of firewalls (FWaaS v2). */
import { sql } from 'kysely';
import { toAddress } from '../../model/addresses.ts';
import { readOnly, writable } from '../engine/attribute.ts';
import { toBoolean, toInteger, toLowerCase } from '../engine/conversions.ts';
import type { Json } from '../engine/json.ts';
import type { Resource, Row, Work } from '../engine/resource.ts';
import { column, expression, history, id } from '../engine/standard-attributes.ts';
import { ipOrSubnet, oneOf, orNone, validator } from '../engine/validators.ts';
import { booleanOf, integerOf, requiredText, textOf, textOrNullOf, type Values } from '../engine/values.ts';
import { firewallErrors } from '../errors/firewall-errors.ts';
import { firewallOwner, firewallService, firewallShared, firewallText } from '../work/firewall-attributes.ts';

const highestPort = 65_535;

/** `type:port_range`: `80`, or `80:90`. */
const portRange = validator('type:port_range', { anyOf: [{ type: 'string' }, { type: 'null' }] }, (value) => {
  if (value === null) return null;
  const ports = String(value).split(':');
  const inOrder = ports.length === 1 || Number(ports[0]) <= Number(ports[1]);
  const valid =
    ports.length <= 2 && ports.every((one) => /^\d{1,5}$/.test(one) && Number(one) >= 1 && Number(one) <= highestPort);
  return valid && inOrder ? null : `Invalid port '${String(value)}'`;
});

const filterAndSort = { filter: true, sortKey: true } as const;

/** Read without the length of a whole address. */
const inet = (name: string) =>
  expression('cidr', sql`abbrev(${sql.ref(`t.${name}`)})`, { compared: sql.ref(`t.${name}`) });

const address = { ...filterAndSort, default: null, validate: orNone(ipOrSubnet) } as const;
const ports = {
  ...filterAndSort,
  default: null,
  convert: (value: Json): Json =>
    value === null || value === '' ? null : typeof value === 'number' ? String(value) : value,
  validate: portRange,
} as const;

export const firewallRule: Resource = {
  name: 'firewall_rule',
  collection: 'firewall_rules',
  path: 'fwaas/firewall_rules',
  ...firewallService,
  from: sql`firewall_rules as t`,
  quota: 'firewall_rule',
  notFound: firewallErrors.ruleNotFound,
  attributes: {
    id,
    ...firewallOwner,
    ...firewallText,
    shared: firewallShared,
    firewall_policy_id: readOnly(
      expression(
        'json',
        sql`coalesce((select json_agg(p.firewall_policy_id order by p.firewall_policy_id)
          from firewall_policy_rules p where p.firewall_rule_id = t.id), '[]')`,
      ),
    ),
    position: readOnly(expression('integer', sql`null::integer`)),
    protocol: writable(column('protocol'), {
      ...filterAndSort,
      default: null,
      convert: toLowerCase,
      validate: oneOf(['dccp', 'icmp', 'ipv6-icmp', 'sctp', 'tcp', 'udp', null]),
    }),
    ip_version: writable(column('ip_version', 'integer'), {
      ...filterAndSort,
      default: 4,
      convert: toInteger,
      validate: oneOf([4, 6]),
    }),
    source_ip_address: writable(inet('source_ip_address'), address),
    destination_ip_address: writable(inet('destination_ip_address'), address),
    source_port: writable(column('source_port'), ports),
    destination_port: writable(column('destination_port'), ports),
    action: writable(column('action'), {
      ...filterAndSort,
      default: 'deny',
      convert: toLowerCase,
      validate: oneOf(['allow', 'deny', 'reject']),
    }),
    enabled: writable(column('enabled', 'boolean'), { ...filterAndSort, default: true, convert: toBoolean }),
    ...history,
  },
  create: createRule,
  update: updateRule,
  remove: removeRule,
};

/** What goes together, of the rule as it will be. */
function checkRule(rule: Values): void {
  const protocol = textOrNullOf(rule, 'protocol') ?? null;
  const hasPorts = (textOrNullOf(rule, 'source_port') ?? textOrNullOf(rule, 'destination_port') ?? null) !== null;
  if (hasPorts && protocol === null) throw firewallErrors.portsWithoutProtocol();
  if (hasPorts && protocol?.endsWith('icmp')) {
    throw firewallErrors.portsOfIcmp('Source, destination port');
  }
  for (const name of ['source_ip_address', 'destination_ip_address']) {
    const text = textOrNullOf(rule, name);
    if (text && toAddress(text.split('/')[0] ?? '').version !== rule['ip_version']) {
      throw firewallErrors.versionsDiffer();
    }
  }
}

async function createRule(work: Work, values: Values): Promise<string> {
  checkRule(values);
  const row = await work.trx
    .insertInto('firewall_rules')
    .values({
      project_id: requiredText(values, 'project_id'),
      name: textOf(values, 'name'),
      description: textOf(values, 'description'),
      shared: booleanOf(values, 'shared'),
      enabled: booleanOf(values, 'enabled'),
      action: requiredText(values, 'action'),
      protocol: textOrNullOf(values, 'protocol') ?? null,
      ip_version: integerOf(values, 'ip_version') ?? 4,
      source_ip_address: textOrNullOf(values, 'source_ip_address') ?? null,
      destination_ip_address: textOrNullOf(values, 'destination_ip_address') ?? null,
      source_port: textOrNullOf(values, 'source_port') ?? null,
      destination_port: textOrNullOf(values, 'destination_port') ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** Whoever audited a policy did not see what its rule is now. */
async function updateRule(work: Work, current: Row, changes: Values): Promise<void> {
  checkRule({ ...current, ...changes });
  if (changes['shared'] === false && current['shared'] === true) await checkUsedByOwner(work, current);
  await work.trx
    .updateTable('firewall_rules')
    .set((eb) => ({
      name: textOf(changes, 'name'),
      description: textOf(changes, 'description'),
      shared: booleanOf(changes, 'shared'),
      enabled: booleanOf(changes, 'enabled'),
      action: textOf(changes, 'action'),
      protocol: textOrNullOf(changes, 'protocol'),
      ip_version: integerOf(changes, 'ip_version'),
      source_ip_address: textOrNullOf(changes, 'source_ip_address'),
      destination_ip_address: textOrNullOf(changes, 'destination_ip_address'),
      source_port: textOrNullOf(changes, 'source_port'),
      destination_port: textOrNullOf(changes, 'destination_port'),
      revision_number: eb('revision_number', '+', 1),
      updated_at: sql<string>`now()`,
    }))
    .where('id', '=', current.id)
    .execute();
  await sql`
    update firewall_policies p set audited = false from firewall_policy_rules r
    where r.firewall_rule_id = ${current.id} and p.id = r.firewall_policy_id`.execute(work.trx);
}

async function checkUsedByOwner(work: Work, current: Row): Promise<void> {
  const { rows } = await sql`
    select 1 from firewall_policy_rules r join firewall_policies p on p.id = r.firewall_policy_id
    where r.firewall_rule_id = ${current.id} and (p.shared or p.project_id <> ${current['project_id']}) limit 1`.execute(
    work.trx,
  );
  if (rows.length > 0) throw firewallErrors.ruleInUse(current.id);
}

async function removeRule(work: Work, current: Row): Promise<void> {
  const { rows } = await sql`
    select 1 from firewall_policy_rules where firewall_rule_id = ${current.id} limit 1`.execute(work.trx);
  if (rows.length > 0) throw firewallErrors.ruleInUse(current.id);
  await work.trx.deleteFrom('firewall_rules').where('id', '=', current.id).execute();
}
