/** Tokens: random, kept as their SHA-256, and remembered for a moment so that most requests ask no database. */
import { createHash, randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Store } from '../store/database.ts';
import type { Caller } from './caller.ts';
import { withImplied } from './roles.ts';

/** How long another server's revocation may go unnoticed; one of this server counts at once. */
const rememberMs = 5_000;
const maximumRemembered = 10_000;

/** A token that is valid now. */
export interface Token {
  readonly caller: Caller;
  readonly methods: readonly string[];
  readonly auditId: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

export interface NewToken {
  readonly userId: string;
  readonly projectId: string | null;
  readonly methods: readonly string[];
  readonly expiresAt: Date;
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
          project_id: token.projectId,
          methods: [...token.methods],
          audit_id: randomBytes(16).toString('base64url'),
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
  readonly roles: string[];
  readonly methods: string[];
  readonly audit_id: string;
  readonly issued_at: string;
  readonly expires_at: string;
}

/** A token counts while its user, project and domains are enabled and a role is left on the project. */
async function readToken(store: Store, hash: Buffer): Promise<Token | null> {
  const { rows } = await sql<TokenRow>`
    SELECT t.user_id, u.name AS user_name, ud.id AS user_domain_id, ud.name AS user_domain_name,
      t.project_id, p.name AS project_name, pd.id AS domain_id, pd.name AS domain_name,
      t.methods, t.audit_id, t.issued_at, t.expires_at,
      ARRAY(SELECT r.name FROM role_assignments a JOIN roles r ON r.id = a.role_id
        WHERE a.user_id = t.user_id AND a.project_id = t.project_id) AS roles
    FROM tokens t
    JOIN users u ON u.id = t.user_id AND u.enabled
    JOIN domains ud ON ud.id = u.domain_id AND ud.enabled
    LEFT JOIN projects p ON p.id = t.project_id AND p.enabled
    LEFT JOIN domains pd ON pd.id = p.domain_id AND pd.enabled
    WHERE t.hash = ${hash} AND t.expires_at > now() AND (t.project_id IS NULL OR pd.id IS NOT NULL)`.execute(store.db);
  const row = rows[0];
  if (row === undefined || (row.project_id !== null && row.roles.length === 0)) return null;
  const roles = withImplied(row.roles);
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
      roles,
      isAdmin: roles.includes('admin'),
    },
    methods: row.methods,
    auditId: row.audit_id,
    issuedAt: row.issued_at,
    expiresAt: row.expires_at,
  };
}
