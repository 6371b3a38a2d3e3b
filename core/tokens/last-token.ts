import { inactiveError } from "../inactive.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { changedMeanwhile } from "./failures.ts";
import { isExpired } from "./freshness.ts";
import { requireActive } from "./require-active.ts";

export interface LastTokenDeps {
  readonly tokens: TokenStore;
  readonly events: InstallationEvents;
}

/**
 * Returns a token that cannot be refreshed until it expires, whatever life the caller needs it to have left;
 * ends the installation after that. The event of an ending grant was published before.
 *
 * @throws {ServiceError} `reauthorization_required`, `installation_inactive`, `installation_not_found`,
 * `retry_later`
 */
export async function returnUntilExpired(
  { tokens, events }: LastTokenDeps,
  token: StoredToken,
): Promise<StoredToken> {
  if (!isExpired(token)) return token;
  const { installationId, grantEndsAt } = token;
  const reason = "reauthorization_required";
  const isEnded =
    grantEndsAt === null
      ? publishChange(events, await tokens.endGrant(token, reason, "token_expired"))
      : await tokens.endExpired(installationId);
  if (isEnded) throw inactiveError(reason);
  // It was changed since it was read.
  requireActive(await tokens.findToken({ id: installationId }));
  throw changedMeanwhile();
}
