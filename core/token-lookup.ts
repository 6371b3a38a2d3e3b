import { ServiceError } from "./errors.ts";
import type { InactiveReason, InstallationKey } from "./installation.ts";
import { getProviderOfKind, type OAuthProvider } from "./provider.ts";
import type { StoredToken, TokenStore } from "./token-store.ts";

export interface TokenLookupDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
}

export interface TokenLookup {
  readonly key: InstallationKey;
  /** Repositories or permissions to narrow the token to: only GitHub App tokens can be narrowed. */
  readonly isNarrowed: boolean;
}

/** An access token with what is needed to use it. */
export interface AccessToken extends StoredToken {
  readonly accessToken: string;
  readonly apiBaseUrl: string;
}

const INACTIVE: Record<InactiveReason, string> = {
  disabled: "The installation is disabled.",
  suspended: "The installation is suspended at the platform.",
  uninstalled: "The bot was uninstalled.",
  reauthorization_required: "The grant has ended: the organization has to install the bot again.",
};

/**
 * A valid access token of an installation.
 *
 * @throws {ServiceError} `installation_not_found`, `installation_inactive`, `reauthorization_required`,
 * `invalid_request`, `platform_not_configured`, `decryption_failed`, `retry_later`
 */
export async function lookUpToken(
  { tokens, providers }: TokenLookupDeps,
  { key, isNarrowed }: TokenLookup,
): Promise<AccessToken> {
  const token = await tokens.findToken(key);
  if (!token) throw notFound();
  if (token.inactiveReason) throw inactive(token.inactiveReason);

  const provider = getProviderOfKind(providers, token);
  if (isNarrowed) {
    throw new ServiceError("invalid_request", "Only tokens of a GitHub App can be narrowed.");
  }
  const { accessToken } = token;
  if (accessToken === null || isExpired(token)) {
    await tokens.requireReauthorization(token, "token_expired");
    throw inactive("reauthorization_required");
  }
  return { ...token, accessToken, apiBaseUrl: provider.apiBaseUrl(token.organizationId) };
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

function isExpired({ lifeLeftSeconds }: StoredToken): boolean {
  return lifeLeftSeconds !== null && lifeLeftSeconds <= 0;
}

function notFound(): ServiceError {
  return new ServiceError("installation_not_found", "There is no such installation.");
}

function inactive(reason: InactiveReason): ServiceError {
  const isEnded = reason === "reauthorization_required";
  const code = isEnded ? "reauthorization_required" : "installation_inactive";
  return new ServiceError(code, INACTIVE[reason], { reason });
}
