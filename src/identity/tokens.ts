/** Tokens: random, kept as their SHA-256, and remembered for a moment so that most requests ask no database. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../store/database.ts';
import type { Caller } from './caller.ts';
import { type Scope, scopeColumns } from './scope.ts';

/** How long another server's revocation may go unnoticed; one of this server counts at once. */
const rememberMs = 5_000;
const maximumRemembered = 10_000;

export interface RoleName {
  readonly id: string;
  readonly name: string;
}

/** A token that is valid now. */
export interface Token {
  readonly caller: Caller;
  readonly scope: Scope;
  /** With those that they imply. */
  readonly roles: readonly RoleName[];
  readonly methods: readonly string[];
  /** Its own, and that of the token that a chain of rescoping began with. */
  readonly auditIds: readonly string[];
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly applicationCredential: ApplicationCredentialOfToken | null;
}

interface ApplicationCredentialOfToken {
  readonly id: string;
  readonly name: string;
  readonly unrestricted: boolean;
}

export interface NewToken {
  readonly userId: string;
  readonly scope: Scope;
  readonly methods: readonly string[];
  readonly expiresAt: Date;
  readonly parentAuditId: string | null;
  readonly applicationCredentialId: string | null;
}

export interface Tokens {
  /** The secret to hand out; it is not kept. */
  issue(token: NewToken): Promise<string>;
  find(secret: string): Promise<Token | null>;
  /** False when there was no such token. */
  revoke(secret: string): Promise<boolean>;
  /** After anything that a token rests on has changed: users, projects, roles. */
  forget(): void;
  deleteExpired(): Promise<void>;
}

export function openTokens(store: Store): Tokens {
  const remembered = new Map<string, { readonly token: Token; readonly untilMs: number }>();
  // A look-up that began before a revocation must not put its answer into the cache after it.
  let revocations = 0;
  return {
    issue: async (token) => {
      const secret = randomBytes(32).toString('base64url');
      await store.db
        .insertInto('tokens')
        .values({
          hash: hashOf(secret),
          user_id: token.userId,
          ...scopeColumns(token.scope),
          system: token.scope.kind === 'system',
          application_credential_id: token.applicationCredentialId,
          methods: [...token.methods],
          audit_id: randomBytes(16).toString('base64url'),
          parent_audit_id: token.parentAuditId,
          issued_at: new Date().toISOString(),
          expires_at: token.expiresAt.toISOString(),
        })
        .execute();
      return secret;
    },
    find: async (secret) => {
      const hash = hashOf(secret);
      const key = hash.toString('base64url');
      const now = Date.now();
      const hit = remembered.get(key);
      if (hit !== undefined && hit.untilMs > now) return hit.token;
      remembered.delete(key);
      const before = revocations;
      const token = await readToken(store, hash);
      if (token !== null && before === revocations) {
        if (remembered.size >= maximumRemembered) remembered.clear();
        remembered.set(key, { token, untilMs: Math.min(now + rememberMs, Date.parse(token.expiresAt)) });
      }
      return token;
    },
    revoke: async (secret) => {
      const hash = hashOf(secret);
      const deleted = await store.db.deleteFrom('tokens').where('hash', '=', hash).executeTakeFirst();
      revocations += 1;
      remembered.delete(hash.toString('base64url'));
      return deleted.numDeletedRows > 0n;
    },
    forget: () => {
      revocations += 1;
      remembered.clear();
    },
    deleteExpired: async () => {
      await sql`DELETE FROM tokens WHERE expires_at < now()`.execute(store.db);
    },
  };
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

interface TokenRow {
  readonly user_id: string;
  readonly user_name: string;
  readonly user_domain_id: string;
  readonly user_domain_name: string;
  readonly project_id: string | null;
  readonly project_name: string | null;
  readonly domain_id: string | null;
  readonly domain_name: string | null;
  readonly system: boolean;
  readonly credential_id: string | null;
  readonly credential_name: string | null;
  readonly unrestricted: boolean | null;
  readonly roles: readonly RoleName[];
  readonly methods: string[];
  readonly audit_id: string;
  readonly parent_audit_id: string | null;
  readonly issued_at: string;
  readonly expires_at: string;
}

/**
 * A token counts while its user, what it is scoped to and their domains are enabled and a role is left there. One of an application
 * credential has those of the credential's roles that the user still holds.
 */
async function readToken(store: Store, hash: Buffer): Promise<Token | null> {
  const { rows } = await sql<TokenRow>`
    WITH RECURSIVE t AS (SELECT * FROM tokens WHERE hash = ${hash} AND expires_at > now()),
    held (role_id) AS (
      SELECT a.role_id FROM t JOIN role_assignments a ON a.user_id = t.user_id
        AND a.project_id IS NOT DISTINCT FROM t.project_id AND a.domain_id IS NOT DISTINCT FROM t.domain_id
        AND (t.system OR t.project_id IS NOT NULL OR t.domain_id IS NOT NULL)
      UNION SELECT i.implied_role_id FROM held h JOIN implied_roles i ON i.prior_role_id = h.role_id
    ), lent (role_id) AS (
      SELECT c.role_id FROM t JOIN application_credential_roles c USING (application_credential_id)
      UNION SELECT i.implied_role_id FROM lent l JOIN implied_roles i ON i.prior_role_id = l.role_id
    )
    SELECT t.user_id, u.name AS user_name, ud.id AS user_domain_id, ud.name AS user_domain_name,
      t.project_id, p.name AS project_name, d.id AS domain_id, d.name AS domain_name, t.system,
      c.id AS credential_id, c.name AS credential_name, c.unrestricted,
      t.methods, t.audit_id, t.parent_audit_id, t.issued_at, t.expires_at,
      (SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.name), '[]')
        FROM roles r JOIN held h ON h.role_id = r.id
        WHERE c.id IS NULL OR r.id IN (SELECT role_id FROM lent)) AS roles
    FROM t
    JOIN users u ON u.id = t.user_id AND u.enabled
    JOIN domains ud ON ud.id = u.domain_id AND ud.enabled
    LEFT JOIN projects p ON p.id = t.project_id AND p.enabled
    LEFT JOIN domains d ON d.id = coalesce(p.domain_id, t.domain_id) AND d.enabled
    LEFT JOIN application_credentials c ON c.id = t.application_credential_id
    WHERE ((t.project_id IS NULL AND t.domain_id IS NULL) OR d.id IS NOT NULL)
      AND (c.expires_at IS NULL OR c.expires_at > now())`.execute(store.db);
  const row = rows[0];
  if (row === undefined) return null;
  const scope = scopeOf(row);
  if (scope.kind !== 'unscoped' && row.roles.length === 0) return null;
  const names = row.roles.map(({ name }) => name);
  return {
    caller: {
      userId: row.user_id,
      userName: row.user_name,
      userDomainId: row.user_domain_id,
      userDomainName: row.user_domain_name,
      projectId: row.project_id ?? '',
      projectName: row.project_name ?? '',
      domainId: row.domain_id ?? '',
      domainName: row.domain_name ?? '',
      roles: names,
      isAdmin: names.includes('admin'),
    },
    scope,
    roles: row.roles,
    methods: row.methods,
    auditIds: row.parent_audit_id === null ? [row.audit_id] : [row.audit_id, row.parent_audit_id],
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
    applicationCredential:
      row.credential_id === null
        ? null
        : { id: row.credential_id, name: row.credential_name ?? '', unrestricted: row.unrestricted ?? false },
  };
}

function scopeOf(row: TokenRow): Scope {
  if (row.system) return { kind: 'system' };
  if (row.project_id !== null) return { kind: 'project', id: row.project_id };
  return row.domain_id === null ? { kind: 'unscoped' } : { kind: 'domain', id: row.domain_id };
}
