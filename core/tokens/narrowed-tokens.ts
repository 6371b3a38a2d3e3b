import { isServiceError } from "../errors.ts";
import type { Narrowing } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";
import type { Timing } from "./timing.ts";

const MAX_ENTRIES = 500;
/** For this long, a narrowing that the platform refused is not requested again. */
const REFUSAL_MS = 60_000;

/** A narrowing of one installation, at one version of its tokens, and the life that is needed. */
interface Wanted {
  readonly token: StoredToken;
  readonly narrowing: Narrowing;
  readonly minLifeSeconds: number;
}

/** A minted token, which expires by the store's clock. */
export type NarrowedToken = Pick<StoredToken, "accessToken" | "expiresAt" | "scopes">;

interface Entry {
  readonly minted: Promise<NarrowedToken>;
  /** Epoch milliseconds; `undefined` if it was not refused. */
  refusedUntil?: number;
}

/** The narrowed tokens of one process, and the narrowings that were refused in the last minute. */
export interface NarrowedTokens {
  /** Returns the cached token, whatever life it has left; `undefined` if there is none. */
  find(wanted: Wanted): Promise<NarrowedToken | undefined>;
  /** Returns a token with enough life left. Concurrent callers with the same narrowing share one mint. */
  findOrMint(wanted: Wanted, mint: () => Promise<NarrowedToken>): Promise<NarrowedToken>;
}

/** Creates an empty cache. */
export function createNarrowedTokens({ now }: Timing): NarrowedTokens {
  const entries = new Map<string, Entry>();

  function find(key: string): Entry | undefined {
    const entry = entries.get(key);
    const isForgotten = entry?.refusedUntil !== undefined && entry.refusedUntil <= now();
    return isForgotten ? undefined : entry;
  }

  function add(key: string, minted: Promise<NarrowedToken>): void {
    const entry: Entry = { minted };
    entries.delete(key);
    entries.set(key, entry);
    minted.catch((error: unknown) => {
      if (isServiceError(error, "invalid_request")) entry.refusedUntil = now() + REFUSAL_MS;
      else if (entries.get(key) === entry) entries.delete(key);
    });
    const [oldest] = entries.keys();
    if (entries.size > MAX_ENTRIES && oldest !== undefined) entries.delete(oldest);
  }

  return {
    async find({ token, narrowing }) {
      return find(toKey(token, narrowing))?.minted.catch(() => undefined);
    },

    async findOrMint({ token, narrowing, minLifeSeconds }, mint) {
      const key = toKey(token, narrowing);
      // There is no `await` between the last `find` and `add`: concurrent callers share one mint.
      for (let entry = find(key); entry; entry = newerThan(entry, find(key))) {
        const minted = await entry.minted;
        if (lifeLeftSeconds(minted, token) >= minLifeSeconds) return minted;
      }
      const minted = mint();
      add(key, minted);
      return minted;
    },
  };
}

/** Returns an order-independent key. */
function toKey(
  { installationId, tokenVersion, narrowedVersion }: StoredToken,
  narrowing: Narrowing,
): string {
  const { repositories = null, permissions = null } = narrowing;
  return JSON.stringify([
    installationId,
    tokenVersion,
    narrowedVersion,
    repositories?.toSorted() ?? null,
    permissions && Object.entries(permissions).toSorted(),
  ]);
}

function newerThan<Value>(cached: Value, latest: Value | undefined): Value | undefined {
  return latest === cached ? undefined : latest;
}

function lifeLeftSeconds({ expiresAt }: NarrowedToken, { readAt }: StoredToken): number {
  return expiresAt ? (expiresAt.getTime() - readAt.getTime()) / 1000 : Number.POSITIVE_INFINITY;
}
