import { notFound } from "../errors.ts";
import { inactiveError } from "../inactive.ts";
import type { InstallationKey } from "../installation.ts";
import { type InstallationEvents, publishEnd } from "../ports/installation-events.ts";
import type { Narrowing, OAuthProvider } from "../ports/provider.ts";
import type { StoredToken, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { isFresh } from "./freshness.ts";
import type { TokenNarrower } from "./narrow.ts";
import type { Refresh, RefreshRequest } from "./refresh.ts";
import { requireActive } from "./require-active.ts";

export interface TokenLookupDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
  readonly narrow: TokenNarrower;
  readonly events: InstallationEvents;
}

export interface TokenLookup {
  readonly key: InstallationKey;
  /** The life that the token must have left. With 0, only the margin of the platform applies. */
  readonly minTtlSeconds: number;
  /** The repositories and permissions to narrow the token to. Only GitHub App tokens can be narrowed. */
  readonly narrowing: Narrowing | undefined;
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/** An access token and the base URL of the API that it is for. */
export interface AccessToken extends StoredToken {
  readonly accessToken: string;
  readonly apiBaseUrl: string;
}

/**
 * Returns a valid access token: with one statement if the stored one is fresh, else after a refresh.
 *
 * @throws {ServiceError} `installation_not_found`, `installation_inactive`, `reauthorization_required`,
 * `invalid_request`, `platform_not_configured`, `decryption_failed`, and the errors of `Refresh`
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
 * Returns the webhook secret of an installation, active or not: late deliveries must still be verified.
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

  // Without a refresh token, the token is valid until it expires, whatever `min_ttl_seconds` is.
  const { accessToken, lifeLeftSeconds } = token;
  if (accessToken !== null && (lifeLeftSeconds === null || lifeLeftSeconds > 0)) return token;
  const reason = "reauthorization_required";
  const isDeactivated = await tokens.deactivate(token, reason, "token_expired");
  if (isDeactivated) publishEnd(events, token, reason, "token_expired");
  throw inactiveError(reason);
}
