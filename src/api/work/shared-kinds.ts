/** What can be shared, and who then uses it: an entry a kind. */
import { type RawBuilder, sql } from 'kysely';
import type { SharedAction, SharedKind } from '../engine/sharing.ts';
import { usersOfPolicy } from './qos-policy-use.ts';

export interface SharedKindFacts {
  readonly table: string;
  /** A policy that others live by cannot even be turned to one of them. */
  readonly held?: true;
  /** By action, SQL for the projects (`project_id`) that use the object. */
  readonly users: Partial<Readonly<Record<SharedAction, (objectId: string) => RawBuilder<unknown>>>>;
  /** SQL for whether a project (or `*`) could use the object if it were shared; absent: whoever sees it can. */
  readonly usableBy?: (objectId: string, target: string) => RawBuilder<boolean>;
}

export const sharedKinds: Partial<Readonly<Record<SharedKind, SharedKindFacts>>> = {
  network: {
    table: 'networks',
    users: {
      access_as_shared: (id) => sql`
        select project_id from ports where network_id = ${id} union select project_id from subnets where network_id = ${id}`,
      access_as_external: (id) => sql`
        select project_id from routers where gateway_network_id = ${id}
        union select project_id from floating_ips where floating_network_id = ${id}`,
    },
  },
  security_group: {
    table: 'security_groups',
    users: {
      access_as_shared: (id) => sql`
        select p.project_id from port_security_groups g join ports p on p.id = g.port_id where g.security_group_id = ${id}
        union select project_id from security_group_rules where remote_group_id = ${id}`,
    },
  },
  address_scope: {
    table: 'address_scopes',
    users: { access_as_shared: (id) => sql`select project_id from subnetpools where address_scope_id = ${id}` },
  },
  subnetpool: {
    table: 'subnetpools',
    users: { access_as_shared: (id) => sql`select project_id from subnets where subnetpool_id = ${id}` },
    // A pool is used within its address scope.
    usableBy: (id, target) => sql`not exists (
      select 1 from subnetpools p join address_scopes s on s.id = p.address_scope_id
      where p.id = ${id} and s.project_id <> ${target} and not exists (
        select 1 from rbac_policies r where r.object_id = s.id and r.target_project in ('*', ${target})))`,
  },
  qos_policy: { table: 'qos_policies', held: true, users: { access_as_shared: usersOfPolicy } },
  address_group: {
    table: 'address_groups',
    users: {
      access_as_shared: (id) => sql`select project_id from security_group_rules where remote_address_group_id = ${id}`,
    },
  },
};
