/** Roles as Keystone bootstraps them: admin implies member, member implies reader. */
const implied: Readonly<Record<string, readonly string[]>> = {
  admin: ['member', 'reader'],
  member: ['reader'],
};

export const bootstrapRoles = ['admin', 'member', 'reader', 'service'];

/** The given role names with those that they imply, each once. */
export function withImplied(roles: readonly string[]): readonly string[] {
  return [...new Set(roles.flatMap((role) => [role, ...(implied[role] ?? [])]))].sort();
}
