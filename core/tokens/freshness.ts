import type { OAuthProvider } from "../ports/provider.ts";
import type { StoredToken } from "../ports/token-store.ts";

/** A token that could not be renewed is handed out as long as its user has this much time with it. */
const MIN_USABLE_SECONDS = 60;

/** The caller's and the platform's requirements on the remaining life of a token. */
export interface Freshness {
  readonly provider: Pick<OAuthProvider, "tokensExpire" | "refreshMarginSeconds">;
  /** The life that the caller needs the token to have left. */
  readonly minTtlSeconds: number;
}

/** Whether a token may be handed out as it is. */
export function isFresh(
  { accessToken, lifeLeftSeconds, lifetimeSeconds }: StoredToken,
  { provider, minTtlSeconds }: Freshness,
): boolean {
  if (accessToken === null) return false;
  if (lifeLeftSeconds === null) return !provider.tokensExpire;
  // A token that lives shorter than the margin of its platform would otherwise never be fresh.
  const quarter = (lifetimeSeconds ?? Number.POSITIVE_INFINITY) / 4;
  return (
    lifeLeftSeconds >= Math.max(minTtlSeconds, Math.min(provider.refreshMarginSeconds, quarter))
  );
}

/** The present token, when whoever gets it has time to use it. */
export function usable(
  token: StoredToken,
  { minTtlSeconds }: Pick<Freshness, "minTtlSeconds">,
): StoredToken | undefined {
  const { accessToken, lifeLeftSeconds } = token;
  if (accessToken === null || lifeLeftSeconds === null) return undefined;
  return lifeLeftSeconds >= Math.max(MIN_USABLE_SECONDS, minTtlSeconds) ? token : undefined;
}

/** Whether somebody has stored another token since, and it lives: not each change brings one that does. */
export function isRefreshed(
  { tokenVersion, accessToken, lifeLeftSeconds }: StoredToken,
  old: StoredToken,
) {
  if (tokenVersion === old.tokenVersion || accessToken === null) return false;
  return lifeLeftSeconds === null || lifeLeftSeconds >= MIN_USABLE_SECONDS;
}
