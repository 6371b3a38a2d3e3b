import {
  MAX_REDELIVERIES,
  REDELIVERY_DAYS,
  type Redeliveries,
} from "../../../core/ports/redeliveries.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 1440 * MINUTE_MS;

/** After how many minutes a delivery is requested again, by how often it was. */
const PAUSES = [4, 20, 120, 720, 720];

interface RedeliveryRow {
  readonly id: string;
  readonly requests: number;
  readonly failedAt: number;
  readonly nextTryAt: number;
}

/** Stores GitHub's deliveries that failed in memory. */
export function createMemoryRedeliveries({
  now = Date.now,
  isDone = () => false,
}: {
  now?: () => number;
  /** Whether a delivery was handled. */
  isDone?: (guid: string) => boolean;
} = {}): Redeliveries {
  const rows = new Map<string, RedeliveryRow>();
  let scannedTo: Date | null = null;
  let nextScanAt = 0;

  return {
    async takeScan({ retrySeconds }) {
      if (nextScanAt > now()) return undefined;
      nextScanAt = now() + retrySeconds * 1000;
      return { scannedTo };
    },

    async store(scan) {
      for (const { guid, id } of scan.failed) {
        const fresh = { requests: 0, failedAt: now(), nextTryAt: now() };
        rows.set(guid, { ...(rows.get(guid) ?? fresh), id });
      }
      for (const guid of scan.succeeded) rows.delete(guid);
      scannedTo = scan.scannedTo;
    },

    async takeDue({ count }) {
      const due = [...rows]
        .filter(
          ([guid, { requests, failedAt, nextTryAt }]) =>
            nextTryAt <= now() &&
            requests < MAX_REDELIVERIES &&
            failedAt > now() - REDELIVERY_DAYS * DAY_MS &&
            !isDone(guid),
        )
        .sort(([, one], [, other]) => one.nextTryAt - other.nextTryAt)
        .slice(0, count);
      for (const [guid, row] of due) {
        const pauseMs = (PAUSES[row.requests] ?? 0) * MINUTE_MS;
        rows.set(guid, { ...row, requests: row.requests + 1, nextTryAt: now() + pauseMs });
      }
      return due.map(([guid, { id }]) => ({ guid, id }));
    },
  };
}
