/** Who asks, as a valid token says. */
export interface Caller {
  readonly userId: string;
  readonly userName: string;
  readonly userDomainId: string;
  readonly userDomainName: string;
  /** Empty for a token that is not of a project. */
  readonly projectId: string;
  readonly projectName: string;
  /** The domain of the project, or that the token is scoped to; else empty. */
  readonly domainId: string;
  readonly domainName: string;
  /** Names, with those that they imply. */
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
}
