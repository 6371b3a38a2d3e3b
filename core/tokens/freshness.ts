import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";

/** A token that cannot be refreshed now is returned only with this much life left. */
const MIN_USABLE_SECONDS = 60;

/** The requirements of a platform and a caller on the remaining life of a token. */
export interface Freshness {
  readonly provider: Pick<OAuthProvider, "tokensExpire" | "refreshMarginSeconds">;
  /** The life that the caller needs the token to have left. */
  readonly minTtlSeconds: number;
}

/** Returns whether a token can be returned without a refresh. */
export function isFresh(
  { accessToken, lifeLeftSeconds, lifetimeSeconds }: StoredToken,
  { provider, minTtlSeconds }: Freshness,
): boolean {
  if (accessToken === null) return false;
  if (lifeLeftSeconds === null) return !provider.tokensExpire;
  // With the margin alone, a token whose whole life is shorter would never be fresh.
  const quarter = (lifetimeSeconds ?? Number.POSITIVE_INFINITY) / 4;
  return (
    lifeLeftSeconds >= Math.max(minTtlSeconds, Math.min(provider.refreshMarginSeconds, quarter))
  );
}

/** Returns the current token if it has enough life left to be used, although it is not fresh. */
export function usable(
  token: StoredToken,
  { minTtlSeconds }: Pick<Freshness, "minTtlSeconds">,
): StoredToken | undefined {
  const { accessToken, lifeLeftSeconds } = token;
  if (accessToken === null || lifeLeftSeconds === null) return undefined;
  return lifeLeftSeconds >= Math.max(MIN_USABLE_SECONDS, minTtlSeconds) ? token : undefined;
}

/** Returns whether a newer, valid token was stored. A new version alone may be a change without a token. */
export function isRefreshed(
  { tokenVersion, accessToken, lifeLeftSeconds }: StoredToken,
  old: StoredToken,
) {
  if (tokenVersion === old.tokenVersion || accessToken === null) return false;
  return lifeLeftSeconds === null || lifeLeftSeconds >= MIN_USABLE_SECONDS;
}
