import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { isServiceError } from "../errors.ts";
import type { DeliveryHistory, PastDelivery } from "../ports/delivery-history.ts";
import { REDELIVERY_DAYS, type Redeliveries } from "../ports/redeliveries.ts";

/** Longer than a run of `tick`, so that two runs do not read the same history. */
const SCAN_SECONDS = 115;
/** A run reads so many pages of a hundred, and requests so many deliveries again. */
const MAX_PAGES = 50;
const MAX_COUNT = 100;
/** Attempts may be listed later than they were made. */
const OVERLAP_MS = 10 * 60_000;
const DAY_MS = 86_400_000;

export interface RedeliverDeps {
  readonly redeliveries: Redeliveries;
  readonly history: DeliveryHistory;
}

/**
 * Requests deliveries of a platform again that may have been lost, and returns how many. None of them had any
 * success.
 *
 * @throws {ServiceError} `retry_later`, and the errors of `DeliveryHistory`
 */
export async function redeliver(
  { redeliveries, history }: RedeliverDeps,
  hasTime: () => boolean,
): Promise<number> {
  const scan = await redeliveries.takeScan({ retrySeconds: SCAN_SECONDS });
  if (!scan) return 0;
  await redeliveries.store(await readHistory(history, scan.scannedTo, hasTime));
  let requested = 0;
  for (const { id } of await redeliveries.takeDue({ count: MAX_COUNT })) {
    if (!hasTime()) break;
    if (await requestAgain(history, id)) requested += 1;
  }
  return requested;
}

/**
 * Requests a delivery again. Returns `false` if the platform refuses that for this one: it may have deleted it.
 *
 * @throws {ServiceError} `provider_rate_limited`, `provider_unavailable`, `provider_misconfigured`
 */
async function requestAgain(history: DeliveryHistory, id: string): Promise<boolean> {
  try {
    await history.redeliver(id, { signal: AbortSignal.timeout(PLATFORM_CALL_MS) });
    return true;
  } catch (error) {
    if (!isServiceError(error, "provider_error")) throw error;
    return false;
  }
}

/** Reads the history back to where the last scan began. */
async function readHistory(
  history: DeliveryHistory,
  scannedTo: Date | null,
  hasTime: () => boolean,
) {
  const oldest = Math.max(
    Date.now() - REDELIVERY_DAYS * DAY_MS,
    (scannedTo?.getTime() ?? 0) - OVERLAP_MS,
  );
  const attempts: PastDelivery[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES && hasTime(); page += 1) {
    const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
    const { deliveries, next } = await history.list({ cursor, signal });
    attempts.push(...deliveries.filter(({ deliveredAt }) => deliveredAt.getTime() >= oldest));
    const isComplete = deliveries.some(({ deliveredAt }) => deliveredAt.getTime() < oldest);
    cursor = next;
    if (isComplete || next === null) break;
  }
  return { ...sort(attempts), scannedTo: attempts[0]?.deliveredAt ?? scannedTo };
}

/** Sorts deliveries by whether any attempt succeeded. Of a failed one, the newest attempt counts. */
function sort(attempts: readonly PastDelivery[]) {
  const succeeded = new Set<string>();
  for (const { guid, hasSucceeded } of attempts) if (hasSucceeded) succeeded.add(guid);
  const newest = new Map<string, PastDelivery>();
  for (const attempt of attempts) {
    if (!newest.has(attempt.guid)) newest.set(attempt.guid, attempt);
  }
  const failed = [...newest.values()]
    .filter(({ guid, mayBeLost }) => mayBeLost && !succeeded.has(guid))
    .map(({ id, guid }) => ({ id, guid }));
  return { failed, succeeded: [...succeeded] };
}
