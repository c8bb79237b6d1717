/** Who may call. */
import type { ColumnType, Generated } from 'kysely';

export interface DomainsTable {
  readonly id: string;
  readonly name: string;
  readonly description: Generated<string>;
  readonly enabled: Generated<boolean>;
}

export interface ProjectsTable {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly description: Generated<string>;
  readonly enabled: Generated<boolean>;
}

export interface UsersTable {
  readonly id: string;
  readonly domain_id: string;
  readonly name: string;
  readonly password_hash: string;
  readonly enabled: Generated<boolean>;
  readonly default_project_id: string | null;
}

export interface RolesTable {
  readonly id: string;
  readonly name: string;
}

export interface RoleAssignmentsTable {
  readonly user_id: string;
  readonly project_id: string;
  readonly role_id: string;
}

export interface TokensTable {
  readonly hash: Buffer;
  readonly user_id: string;
  readonly project_id: string | null;
  readonly methods: string[];
  readonly audit_id: string;
  readonly issued_at: ColumnType<string, string, string>;
  readonly expires_at: ColumnType<string, string, string>;
}

export interface IdentityTables {
  readonly domains: DomainsTable;
  readonly projects: ProjectsTable;
  readonly users: UsersTable;
  readonly roles: RolesTable;
  readonly role_assignments: RoleAssignmentsTable;
  readonly tokens: TokensTable;
}
