import { notFound } from "../errors.ts";
import { inactiveError } from "../inactive.ts";
import type { InstallationKey } from "../installation.ts";
import { announceEnd, type InstallationEvents } from "../ports/installation-events.ts";
import type { Narrowing, OAuthProvider } from "../ports/provider.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { isFresh } from "./freshness.ts";
import type { Narrow } from "./narrow.ts";
import type { Refresh, RefreshRequest } from "./refresh.ts";
import { requireActive } from "./require-active.ts";

export interface TokenLookupDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
  readonly narrow: Narrow;
  readonly events: InstallationEvents;
}

export interface TokenLookup {
  readonly key: InstallationKey;
  /** The life that the token should have left; 0 leaves it to the margin of the platform. */
  readonly minTtlSeconds: number;
  /** What to narrow the token to: only GitHub App tokens can be narrowed. */
  readonly narrowing: Narrowing | undefined;
  /** Milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/** An access token with what is needed to use it. */
export interface AccessToken extends StoredToken {
  readonly accessToken: string;
  readonly apiBaseUrl: string;
}

/**
 * A valid access token of an installation: one statement while it is fresh, renewed otherwise.
 *
 * @throws {ServiceError} `installation_not_found`, `installation_inactive`, `reauthorization_required`,
 * `invalid_request`, `platform_not_configured`, `decryption_failed`, and what `Refresh` throws
 */
export async function lookUpToken(
  deps: TokenLookupDeps,
  { key, narrowing, minTtlSeconds, remainingMs }: TokenLookup,
): Promise<AccessToken> {
  const token = requireActive(await deps.tokens.findToken(key));
  const provider = getProviderOfKind(deps.providers, token);
  const valid = narrowing
    ? await deps.narrow(token, provider, narrowing, minTtlSeconds)
    : await findValid(deps, token, { provider, minTtlSeconds, remainingMs });
  const { accessToken } = valid;
  if (accessToken === null) throw inactiveError("reauthorization_required");
  return { ...valid, accessToken, apiBaseUrl: provider.apiBaseUrl(token.organizationId) };
}

/**
 * The webhook secret of an installation, active or not: late deliveries must still be verified.
 *
 * @throws {ServiceError} `installation_not_found`, `decryption_failed`, `retry_later`
 */
export async function lookUpWebhookSecret(
  { tokens }: Pick<TokenLookupDeps, "tokens">,
  key: InstallationKey,
): Promise<string> {
  const webhookSecret = await tokens.findWebhookSecret(key);
  if (webhookSecret === undefined) throw notFound();
  return webhookSecret;
}

async function findValid(
  { tokens, refresh, events }: TokenLookupDeps,
  token: StoredToken,
  request: RefreshRequest,
): Promise<StoredToken> {
  if (isFresh(token, request)) return token;
  if (request.provider.canRefresh(token)) return refresh(token, request);

  // There is nothing to renew it with: it is good to its end, and nobody can get a longer one.
  const { accessToken, lifeLeftSeconds } = token;
  if (accessToken !== null && (lifeLeftSeconds === null || lifeLeftSeconds > 0)) return token;
  const reason = "reauthorization_required";
  const isDone = await tokens.deactivate(token, reason, "token_expired");
  if (isDone) announceEnd(events, token, reason, "token_expired");
  throw inactiveError(reason);
}
