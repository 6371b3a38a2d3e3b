/** A grant as the platform issued it. */
export interface Grant {
  readonly organizationId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** One way to keep tokens in PostgreSQL, as its own documentation tells to use it. */
export interface Peer {
  /** Keeps a grant, and answers what to look it up with. */
  store(grant: Grant): Promise<string>;
  /** An access token that its caller may use. */
  lookUp(key: string): Promise<string>;
}
