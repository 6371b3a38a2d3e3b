/** A grant as the platform issued it. */
export interface Grant {
  readonly organizationId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresAt: Date;
}

/** A way to store tokens in PostgreSQL, used as its documentation shows. */
export interface Peer {
  /** Stores a grant, and returns the key to look it up with. */
  store(grant: Grant): Promise<string>;
  /** Returns a valid access token. */
  lookUp(key: string): Promise<string>;
}
