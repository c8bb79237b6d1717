/** Who asks, as a valid token says. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId: string;
  readonly userDomainName: string;
  /** Empty for an unscoped token. */
  readonly projectId: string;
  readonly projectName: string;
  /** Domain of the project; empty for an unscoped token. */
  readonly domainId: string;
  readonly domainName: string;
  /** Names, with those that they imply. */
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
}
