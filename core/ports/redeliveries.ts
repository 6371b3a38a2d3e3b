import type { PastDelivery } from "./delivery-history.ts";

/** How often a delivery is requested again. */
export const MAX_REDELIVERIES = 5;

/** How old a failed delivery is requested again: the platform does not send older ones. */
export const REDELIVERY_DAYS = 3;

/** A failed delivery, by its last attempt. */
export type FailedDelivery = Pick<PastDelivery, "id" | "guid">;

/**
 * The port of GitHub's deliveries that failed. Every method throws `retry_later` if the store does not respond in
 * time.
 */
export interface Redeliveries {
  /**
   * Returns up to when the history was read; `undefined` if another caller reads it. It is due again after
   * `retrySeconds`.
   */
  takeScan(request: { retrySeconds: number }): Promise<{ scannedTo: Date | null } | undefined>;
  /** Stores the result of a scan: a delivery that failed before keeps its count. */
  store(scan: {
    readonly failed: readonly FailedDelivery[];
    readonly succeeded: readonly string[];
    readonly scannedTo: Date | null;
  }): Promise<void>;
  /**
   * Returns deliveries to request again, and counts that. Each is due again after 4 minutes, 20 minutes, two hours
   * and twelve hours, five times in three days. Those that were handled meanwhile are left out.
   */
  takeDue(request: { count: number }): Promise<FailedDelivery[]>;
}
