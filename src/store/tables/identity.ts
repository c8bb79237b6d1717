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
  readonly password_hash: string | null;
  readonly description: Generated<string>;
  readonly email: string | null;
  readonly enabled: Generated<boolean>;
  readonly default_project_id: string | null;
}

export interface RolesTable {
  readonly id: string;
  readonly name: string;
  readonly description: Generated<string>;
}

export interface ImpliedRolesTable {
  readonly prior_role_id: string;
  readonly implied_role_id: string;
}

/** On a project, on a domain, or with neither on the system. */
export interface RoleAssignmentsTable {
  readonly user_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly role_id: string;
}

export interface ApplicationCredentialsTable {
  readonly id: string;
  readonly user_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly secret_hash: string;
  readonly unrestricted: Generated<boolean>;
  readonly expires_at: ColumnType<string | null, string | null, string | null>;
}

export interface ApplicationCredentialRolesTable {
  readonly application_credential_id: string;
  readonly role_id: string;
}

export interface TokensTable {
  readonly hash: Buffer;
  readonly user_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly system: Generated<boolean>;
  readonly application_credential_id: string | null;
  readonly methods: string[];
  readonly audit_id: string;
  readonly parent_audit_id: string | null;
  readonly issued_at: ColumnType<string, string, string>;
  readonly expires_at: ColumnType<string, string, string>;
}

export interface IdentityTables {
  readonly domains: DomainsTable;
  readonly projects: ProjectsTable;
  readonly users: UsersTable;
  readonly roles: RolesTable;
  readonly implied_roles: ImpliedRolesTable;
  readonly role_assignments: RoleAssignmentsTable;
  readonly application_credentials: ApplicationCredentialsTable;
  readonly application_credential_roles: ApplicationCredentialRolesTable;
  readonly tokens: TokensTable;
}
