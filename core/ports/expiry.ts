import type { InstallationKind } from "../installation.ts";

/** The port of the scheduled sweep. */
export interface Expiry {
  /**
   * Deletes consumed states and pending installations that have expired, and returns how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  removeExpired(): Promise<number>;
  /**
   * Deletes the tokens of grants that ended longer ago than the retention time, and returns of how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  wipeTokens(): Promise<number>;
  /**
   * Returns the ids of active installations whose refresh token was not used for `idleDays` or expires
   * within `endsInDays`, the longest unused first. Installations that are being refreshed are left out.
   *
   * @throws {ServiceError} `retry_later`
   */
  findIdle(limits: {
    /** The kinds of app that are configured; at least one. */
    kinds: readonly InstallationKind[];
    idleDays: number;
    endsInDays: number;
    count: number;
  }): Promise<string[]>;
}
