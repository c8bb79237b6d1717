/** What a token or a role is good for. */
export type Scope =
  | { readonly kind: 'unscoped' }
  | { readonly kind: 'project'; readonly id: string }
  | { readonly kind: 'domain'; readonly id: string }
  | { readonly kind: 'system' };

/** How tables say a scope: with neither a project nor a domain a role is on the system. */
export function scopeColumns(scope: Scope): { readonly project_id: string | null; readonly domain_id: string | null } {
  return {
    project_id: scope.kind === 'project' ? scope.id : null,
    domain_id: scope.kind === 'domain' ? scope.id : null,
  };
}
