import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";

/** A token that cannot be refreshed now is returned only with this much life left. */
const MIN_USABLE_SECONDS = 60;
/** For this long, a token counts as valid after its platform confirmed it. */
const CONFIRMED_SECONDS = 30;

/** The requirements of a platform and a caller on the remaining life of a token. */
export interface Freshness {
  readonly provider: Pick<
    OAuthProvider,
    "tokensExpire" | "refreshMarginSeconds" | "survivesRefreshes"
  >;
  /** The life that the caller needs the token to have left. */
  readonly minTtlSeconds: number;
}

/** Returns whether a token can be returned without a refresh. */
export function isFresh(token: StoredToken, freshness: Freshness): boolean {
  const { accessToken, lifeLeftSeconds, lifetimeSeconds } = token;
  const { provider, minTtlSeconds } = freshness;
  if (accessToken === null || isDoubtful(token, freshness)) return false;
  if (lifeLeftSeconds === null) return !provider.tokensExpire;
  // With the margin alone, a token whose whole life is shorter would never be fresh.
  const quarter = (lifetimeSeconds ?? Number.POSITIVE_INFINITY) / 4;
  return (
    lifeLeftSeconds >= Math.max(minTtlSeconds, Math.min(provider.refreshMarginSeconds, quarter))
  );
}

/**
 * Returns whether a token may have been invalidated by refreshes with an unknown outcome. It is not returned
 * before the platform has confirmed it.
 */
export function isDoubtful(
  { refreshAttempts, aliveSecondsAgo }: StoredToken,
  { provider }: Pick<Freshness, "provider">,
): boolean {
  if (refreshAttempts <= provider.survivesRefreshes) return false;
  return aliveSecondsAgo === null || aliveSecondsAgo >= CONFIRMED_SECONDS;
}

/** Returns whether a token that is not fresh has enough life left to be used. */
export function hasUsableLife(
  { accessToken, lifeLeftSeconds }: StoredToken,
  { provider, minTtlSeconds }: Freshness,
): boolean {
  if (accessToken === null) return false;
  if (lifeLeftSeconds === null) return !provider.tokensExpire;
  return lifeLeftSeconds >= Math.max(MIN_USABLE_SECONDS, minTtlSeconds);
}

/** Returns whether a token can be returned although it is not fresh. */
export function isUsable(token: StoredToken, freshness: Freshness): boolean {
  return hasUsableLife(token, freshness) && !isDoubtful(token, freshness);
}

/** Returns whether a newer, valid token was stored. A new version alone may be a change without a token. */
export function isRefreshed(token: StoredToken, old: StoredToken, freshness: Freshness): boolean {
  const { tokenVersion, accessToken, lifeLeftSeconds } = token;
  if (tokenVersion === old.tokenVersion || accessToken === null) return false;
  if (isDoubtful(token, freshness)) return false;
  if (lifeLeftSeconds === null) return !freshness.provider.tokensExpire;
  return lifeLeftSeconds >= MIN_USABLE_SECONDS;
}

/** Returns whether a token can no longer be used, whatever its platform says. */
export function isExpired({ accessToken, lifeLeftSeconds }: StoredToken): boolean {
  return accessToken === null || (lifeLeftSeconds !== null && lifeLeftSeconds <= 0);
}

/** Returns a token as it is so many milliseconds after it was read. */
export function aged(token: StoredToken, milliseconds: number): StoredToken {
  const { lifeLeftSeconds } = token;
  if (lifeLeftSeconds === null) return token;
  return { ...token, lifeLeftSeconds: lifeLeftSeconds - milliseconds / 1000 };
}
