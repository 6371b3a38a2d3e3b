import type { InstallationEvent } from "./installation-events.ts";

/**
 * The port of the events that the bus has not taken yet.
 *
 * Every method throws `retry_later` if the store does not respond in time.
 */
export interface PendingEvents {
  /** Removes events that the bus has taken; at least one id. */
  remove(ids: readonly string[]): Promise<void>;
  /**
   * Returns events that are due, the oldest first, and makes each due again after `retrySeconds`: of several
   * callers, one gets it. Deletes the due events of unclaimed installations that are not unclaimed any more.
   */
  takeDue(request: { count: number; retrySeconds: number }): Promise<InstallationEvent[]>;
}
