import type { InstallationKind } from "../installation.ts";

/** How long a step may take that changes batch after batch. By default, it ends when there is no more. */
interface TimeLimit {
  readonly hasTime?: () => boolean;
}

/** The port of the scheduled sweep. Each step that is stopped by its limits is continued by the next run. */
export interface Expiry {
  /**
   * Deletes consumed states, pending installations and requests of members that have expired, and returns how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  removeExpired(limit?: TimeLimit): Promise<number>;
  /**
   * Deletes install links of which no flow can return any more, and returns how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  removeLinks(limit?: TimeLimit): Promise<number>;
  /**
   * Deletes deliveries that were received more than seven days ago, also those that the bus has not taken in that
   * time, and returns how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  removeDeliveries(limit?: TimeLimit): Promise<number>;
  /**
   * Deletes the tokens of grants that ended longer ago than the retention time, and returns of how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  wipeTokens(limit?: TimeLimit): Promise<number>;
  /**
   * Stores the keys of the grants that a release before has stored, so that lists find those that lack something.
   *
   * @throws {ServiceError} `retry_later`
   */
  keyGrants(limit?: TimeLimit): Promise<void>;
  /**
   * Stores what lists find installations by, for those that a release before or another configuration has stored. In a
   * second pass also for those that such a function has stored during the first.
   *
   * @throws {ServiceError} `retry_later`
   */
  storeSearchKeys(limit?: TimeLimit): Promise<void>;
  /**
   * Returns the ids of active installations whose refresh token was not used for `idleDays` or expires
   * within `endsInDays`, the longest unused first. Installations that are being refreshed or passed over
   * are left out.
   *
   * @throws {ServiceError} `retry_later`
   */
  findIdle(limits: {
    kind: InstallationKind;
    idleDays: number;
    endsInDays: number;
    count: number;
  }): Promise<string[]>;
  /**
   * Returns the ids of suspended installations. Those that are passed over are left out.
   *
   * @throws {ServiceError} `retry_later`
   */
  findSuspended(limits: { kind: InstallationKind; count: number }): Promise<string[]>;
  /**
   * Makes `findIdle` and `findSuspended` leave out an installation for some time, until `resume` is called
   * after it.
   *
   * @throws {ServiceError} `retry_later`
   */
  passOver(installationId: string, options: { seconds: number }): Promise<void>;
  /**
   * Makes `findIdle` and `findSuspended` return the installations again whose time of being passed over has
   * ended, and returns how many.
   *
   * @throws {ServiceError} `retry_later`
   */
  resume(limit?: TimeLimit): Promise<number>;
}
