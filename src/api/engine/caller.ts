/** The part of who asks that the API's rules look at. */
export interface Caller {
  readonly projectId: string;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
}

export function hasRole(caller: Caller, role: string): boolean {
  return caller.roles.some((one) => one.toLowerCase() === role);
}
