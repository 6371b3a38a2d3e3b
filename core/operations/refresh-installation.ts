import type { OAuthProvider } from "../ports/provider.ts";
import type { TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import type { Refresh } from "../tokens/refresh.ts";

export interface RefreshInstallationDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
}

/**
 * Refreshes the tokens of an active installation, whatever life they have left.
 *
 * @returns whether new tokens were stored
 * @throws {ServiceError} `platform_not_configured` and the errors of `Refresh`
 */
export async function refreshInstallation(
  { tokens, providers, refresh }: RefreshInstallationDeps,
  id: string,
  remainingMs: () => number,
): Promise<boolean> {
  const token = await tokens.findToken({ id });
  if (!token?.isActive) return false;
  const provider = getProviderOfKind(providers, token);
  const refreshed = await refresh(token, { provider, minTtlSeconds: 0, remainingMs });
  return refreshed.tokenVersion !== token.tokenVersion;
}
