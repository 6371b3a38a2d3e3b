import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import type { Narrowing, OAuthProvider, TokenSet } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";
import { requireActive } from "./require-active.ts";

const MAX_ENTRIES = 500;

/**
 * Returns a token with fewer permissions, cached in this process or newly minted.
 *
 * @throws {ServiceError} `invalid_request` if the token cannot be narrowed, or if the installation does not
 * grant the repositories or permissions; and the errors of `OAuthProvider.refresh`
 */
export type TokenNarrower = (
  token: StoredToken,
  provider: OAuthProvider,
  narrowing: Narrowing,
  minTtlSeconds: number,
) => Promise<StoredToken>;

/** Creates a token narrower with a per-process cache. Narrowed tokens are never stored. */
export function createTokenNarrower(): TokenNarrower {
  const cache = new Map<string, Promise<TokenSet>>();

  return async (token, provider, narrowing, minTtlSeconds) => {
    if (!provider.narrow) {
      throw new ServiceError("invalid_request", "Only tokens of a GitHub App can be narrowed.");
    }
    const key = cacheKey(requireActive(token), narrowing);
    const margin = Math.max(minTtlSeconds, provider.refreshMarginSeconds);
    // There is no `await` between the last `get` and `addToCache`: concurrent callers share one call.
    for (let cached = cache.get(key); cached; cached = newerThan(cached, cache.get(key))) {
      const tokens = await cached;
      if (lifeLeftSeconds(tokens) >= margin) return { ...token, ...tokens };
    }

    const minting = provider.narrow(
      {
        organizationId: token.organizationId,
        providerInstallationId: token.providerInstallationId,
        accessToken: null,
        refreshToken: null,
        signal: AbortSignal.timeout(PLATFORM_CALL_MS),
      },
      narrowing,
    );
    addToCache(cache, key, minting);
    return { ...token, ...(await minting) };
  };
}

/** Returns an order-independent cache key. */
function cacheKey({ installationId, tokenVersion }: StoredToken, narrowing: Narrowing): string {
  const { repositories = null, permissions = null } = narrowing;
  return JSON.stringify([
    installationId,
    tokenVersion,
    repositories?.toSorted() ?? null,
    permissions && Object.entries(permissions).toSorted(),
  ]);
}

function addToCache<Value>(
  cache: Map<string, Promise<Value>>,
  key: string,
  value: Promise<Value>,
): void {
  cache.delete(key);
  cache.set(key, value);
  value.catch(() => {
    if (cache.get(key) === value) cache.delete(key);
  });
  const [oldest] = cache.keys();
  if (cache.size > MAX_ENTRIES && oldest !== undefined) cache.delete(oldest);
}

function newerThan<Value>(cached: Value, latest: Value | undefined): Value | undefined {
  return latest === cached ? undefined : latest;
}

function lifeLeftSeconds({ expiresAt }: TokenSet): number {
  return expiresAt ? (expiresAt.getTime() - Date.now()) / 1000 : Number.POSITIVE_INFINITY;
}
