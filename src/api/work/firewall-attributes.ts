/** What firewall groups, policies and rules have in common. */
import { type RawBuilder, sql } from 'kysely';
import { onCreate, writable } from '../engine/attribute.ts';
import type { Caller } from '../engine/caller.ts';
import { toBoolean } from '../engine/conversions.ts';
import { column } from '../engine/standard-attributes.ts';
import { text } from '../engine/validators.ts';

const filterAndSort = { filter: true, sortKey: true } as const;

export const firewallOwner = {
  project_id: onCreate(column('project_id'), { ...filterAndSort, validate: text(36) }),
  tenant_id: onCreate(column('project_id'), { ...filterAndSort, validate: text(36) }),
} as const;

export const firewallText = {
  name: writable(column('name'), { ...filterAndSort, default: '', validate: text(255) }),
  description: writable(column('description'), { ...filterAndSort, default: '', validate: text(255) }),
} as const;

export const firewallShared = writable(column('shared', 'boolean'), {
  ...filterAndSort,
  default: false,
  convert: toBoolean,
  enforcePolicy: true,
});

/** The caller's own, and what admins opened to everybody. */
function ownOrOpen({ projectId }: Caller): RawBuilder<unknown> {
  return sql`(t.project_id = ${projectId} or t.shared)`;
}

/** The part of their descriptions that is the same. */
export const firewallService = {
  extensions: ['fwaas_v2', 'standard-attr-fwaas-v2'],
  notEnforced: 'no host applies firewall groups yet',
  visible: ownOrOpen,
} as const;
