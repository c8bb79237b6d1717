/** `/v3/role_assignments`: who holds which role on what. */
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { Type } from 'typebox';
import type { Identity } from './identity.ts';
import { baseUrl, isYes, listed, parse, requireAdmin } from './request.ts';

const Text = Type.Optional(Type.String());
const AssignmentQuery = Type.Object({
  'user.id': Text,
  'role.id': Text,
  'scope.project.id': Text,
  'scope.domain.id': Text,
  'scope.system': Text,
  effective: Text,
  include_names: Text,
  /** Groups and inherited assignments are not offered, so none match. */
  'group.id': Text,
  'scope.OS-INHERIT:inherited_to': Text,
});

interface Row {
  readonly user_id: string;
  readonly role_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly user_name: string;
  readonly role_name: string;
  readonly target_name: string | null;
  readonly user_domain: NamedDomain;
  readonly project_domain: NamedDomain | null;
}

interface NamedDomain {
  readonly id: string;
  readonly name: string;
}

export function registerRoleAssignments(app: FastifyInstance, identity: Identity): void {
  app.get('/v3/role_assignments', async (request) => {
    await requireAdmin(request, identity, 'list_role_assignments');
    const query = parse(AssignmentQuery, request.query);
    const isOn = (text: string | undefined): boolean => text !== undefined && isYes(text);
    const wanted = (column: string, value: string | undefined) =>
      value === undefined ? sql`true` : sql`${sql.ref(column)} = ${value}`;
    const none = query['group.id'] !== undefined || query['scope.OS-INHERIT:inherited_to'] !== undefined;
    const { rows } = await sql<Row>`
      WITH RECURSIVE effective AS (
        SELECT user_id, project_id, domain_id, role_id FROM role_assignments
        UNION SELECT e.user_id, e.project_id, e.domain_id, i.implied_role_id
          FROM effective e JOIN implied_roles i ON i.prior_role_id = e.role_id
      )
      SELECT a.user_id, a.role_id, a.project_id, a.domain_id, u.name AS user_name, r.name AS role_name,
        coalesce(p.name, d.name) AS target_name, json_build_object('id', ud.id, 'name', ud.name) AS user_domain,
        CASE WHEN pd.id IS NOT NULL THEN json_build_object('id', pd.id, 'name', pd.name) END AS project_domain
      FROM ${isOn(query.effective) ? sql`effective` : sql`role_assignments`} a
      JOIN users u ON u.id = a.user_id
      JOIN domains ud ON ud.id = u.domain_id
      JOIN roles r ON r.id = a.role_id
      LEFT JOIN projects p ON p.id = a.project_id
      LEFT JOIN domains pd ON pd.id = p.domain_id
      LEFT JOIN domains d ON d.id = a.domain_id
      WHERE ${none ? sql`false` : sql`true`}
        AND ${wanted('a.user_id', query['user.id'])} AND ${wanted('a.role_id', query['role.id'])}
        AND ${wanted('a.project_id', query['scope.project.id'])} AND ${wanted('a.domain_id', query['scope.domain.id'])}
        AND ${isOn(query['scope.system']) ? sql`a.project_id IS NULL AND a.domain_id IS NULL` : sql`true`}
      ORDER BY u.name, target_name, r.name`.execute(identity.store.db);
    const base = baseUrl(request, identity);
    const names = isOn(query.include_names);
    return listed(
      request,
      identity,
      'role_assignments',
      rows.map((row) => assignmentBody(row, names, base)),
    );
  });
}

function assignmentBody(row: Row, names: boolean, base: string): Record<string, unknown> {
  const target =
    row.project_id !== null
      ? `projects/${row.project_id}`
      : row.domain_id !== null
        ? `domains/${row.domain_id}`
        : 'system';
  return {
    user: { id: row.user_id, ...(names && { name: row.user_name, domain: row.user_domain }) },
    role: { id: row.role_id, ...(names && { name: row.role_name }) },
    scope: scopeBody(row, names),
    links: { assignment: `${base}/identity/v3/${target}/users/${row.user_id}/roles/${row.role_id}` },
  };
}

function scopeBody(row: Row, names: boolean): Record<string, unknown> {
  if (row.project_id !== null) {
    const named = names && { name: row.target_name, domain: row.project_domain };
    return { project: { id: row.project_id, ...named } };
  }
  if (row.domain_id !== null) return { domain: { id: row.domain_id, ...(names && { name: row.target_name }) } };
  return { system: { all: true } };
}
