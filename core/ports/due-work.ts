import type { InstallationKind } from "../installation.ts";

/** The work of one run of the schedule `tick`. */
export interface DueWork {
  readonly hasDueEvents: boolean;
  /** Active installations with a refresh of unknown outcome, that nobody is refreshing. */
  readonly openRefreshes: readonly string[];
  /** Ending installations whose last access token has expired. */
  readonly endedGrants: readonly string[];
}

/** The port by which the schedule `tick` finds its work. */
export interface DueWorkFinder {
  /**
   * Finds work with one statement that reads indexes only.
   *
   * @throws {ServiceError} `retry_later`
   */
  find(limits: {
    /** The kinds of app whose open refreshes are tried again. */
    kinds: readonly InstallationKind[];
    count: number;
  }): Promise<DueWork>;
}
