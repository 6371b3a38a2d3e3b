import type { Clock } from "../clock.ts";

const WINDOW_MS = 3_600_000;

/** The requests of one user, installation or App in the current hour. */
export interface Quota {
  used: number;
  readonly resetsAt: number;
}

/** The requests that were counted, in memory only. */
export interface RateLimits {
  /** Counts a request and returns the quota. */
  count(key: string): Quota;
  get(key: string): Quota;
  clear(): void;
}

/** Creates counters that start again after an hour. */
export function createRateLimits(clock: Clock): RateLimits {
  const quotas = new Map<string, Quota>();

  function get(key: string): Quota {
    const now = clock.now();
    const known = quotas.get(key);
    if (known && known.resetsAt > now) return known;
    const quota = { used: 0, resetsAt: now + WINDOW_MS };
    quotas.set(key, quota);
    return quota;
  }

  return {
    get,

    count(key) {
      const quota = get(key);
      quota.used += 1;
      return quota;
    },

    clear: () => quotas.clear(),
  };
}
