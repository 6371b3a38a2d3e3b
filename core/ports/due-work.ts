import type { InstallationKind } from "../installation.ts";

/** The work of one run of the schedule `tick`. */
export interface DueWork {
  readonly hasDueEvents: boolean;
  /** Whether a delivery of the outbox is due. */
  readonly hasDueDeliveries: boolean;
  /** Whether the history of a platform's deliveries is to be read. */
  readonly isScanDue: boolean;
  /** Active installations with a refresh of unknown outcome, that nobody is refreshing. */
  readonly openRefreshes: readonly string[];
  /** Ending installations whose last access token has expired. */
  readonly endedGrants: readonly string[];
  /** Active installations whose webhooks have to be registered: since an install, or for another configuration. */
  readonly webhooks: readonly string[];
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
    /** The kinds of app whose webhooks are registered for each installation. */
    webhookKinds: readonly InstallationKind[];
    count: number;
  }): Promise<DueWork>;
}
