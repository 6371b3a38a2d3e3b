import { isWithin, type Moment, now } from "./clocks.ts";
import { type SharedCall, shareCall } from "./shared-call.ts";
import type { Token } from "./token.ts";

/** A token that is about to expire may be refused when it arrives at the platform. */
const EXPIRY_MARGIN_MS = 60_000;

/** A call takes at most 35 seconds. One that has been running for longer was frozen with its Lambda. */
const MAX_CALL_MS = 40_000;

/** A token takes about a kilobyte. */
const MAX_KEYS = 1_000;

/** The requirements of a caller for the token that it gets. */
interface Requirements {
  readonly maxAgeMs: number;
  readonly minTtlMs: number;
  /** A token that the platform refused. */
  readonly rejected: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A token, and when the lookup that returned it was started. */
export interface LookedUp {
  readonly token: Token;
  readonly startedAt: Moment;
}

interface Running extends SharedCall<LookedUp> {
  readonly startedAt: Moment;
  readonly minTtlMs: number;
  readonly rejected: string | undefined;
}

interface Entry {
  kept?: LookedUp;
  running?: Running;
  /** The token that was reported last: it is not kept again. */
  rejected?: string;
}

/** Returns tokens that were looked up before, and makes one call for all who look the same one up. */
export interface TokenCache {
  get(
    key: string,
    requirements: Requirements,
    lookUp: (signal: AbortSignal) => Promise<LookedUp>,
  ): Promise<Token>;
}

/** Creates an empty cache. */
export function createTokenCache(): TokenCache {
  const entries = new Map<string, Entry>();

  return {
    async get(key, requirements, lookUp) {
      requirements.signal?.throwIfAborted();
      const entry = entries.get(key) ?? add(entries, key);
      const moment = now();
      const { kept, running } = entry;
      if (kept && isUsable(kept, requirements, moment)) return kept.token;

      if (requirements.rejected !== undefined) {
        entry.rejected = requirements.rejected;
        drop(entries, requirements.rejected);
      }
      const shared =
        running && canShare(running, requirements, moment)
          ? running
          : start(entry, requirements, lookUp);
      return (await shared.wait(requirements.signal)).token;
    },
  };
}

function start(
  entry: Entry,
  { minTtlMs, rejected }: Requirements,
  lookUp: (signal: AbortSignal) => Promise<LookedUp>,
): Running {
  const running = { ...shareCall(lookUp), startedAt: now(), minTtlMs, rejected };
  entry.running = running;
  const end = () => {
    if (entry.running === running) delete entry.running;
  };
  running.result.then((found) => {
    end();
    keep(entry, found);
  }, end);
  return running;
}

function keep(entry: Entry, found: LookedUp): void {
  const isNewer = !entry.kept || found.startedAt.monotonic >= entry.kept.startedAt.monotonic;
  if (isNewer && found.token.accessToken !== entry.rejected) entry.kept = found;
}

/** Drops a rejected token under all keys: an installation has several. */
function drop(entries: ReadonlyMap<string, Entry>, rejected: string): void {
  for (const entry of entries.values()) {
    if (entry.kept?.token.accessToken !== rejected) continue;
    delete entry.kept;
    entry.rejected = rejected;
  }
}

function isUsable(
  { token, startedAt }: LookedUp,
  { maxAgeMs, minTtlMs, rejected }: Requirements,
  moment: Moment,
): boolean {
  if (token.accessToken === rejected || !isWithin(maxAgeMs, startedAt, moment)) return false;
  const margin = Math.max(minTtlMs, EXPIRY_MARGIN_MS);
  return token.expiresAt === null || token.expiresAt.getTime() - moment.wall >= margin;
}

function canShare(running: Running, requirements: Requirements, moment: Moment): boolean {
  return (
    !running.isAborted() &&
    isWithin(MAX_CALL_MS, running.startedAt, moment) &&
    running.minTtlMs >= requirements.minTtlMs &&
    (requirements.rejected === undefined || requirements.rejected === running.rejected)
  );
}

/** Adds an entry. Removes the oldest one that nobody waits for, if there are too many. */
function add(entries: Map<string, Entry>, key: string): Entry {
  if (entries.size >= MAX_KEYS) {
    for (const [oldest, { running }] of entries) {
      if (running) continue;
      entries.delete(oldest);
      break;
    }
  }
  const entry: Entry = {};
  entries.set(key, entry);
  return entry;
}
