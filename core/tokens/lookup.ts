import type { CallerLimits } from "../configuration/callers.ts";
import { notFound, ServiceError } from "../errors.ts";
import { findMissingScopes, findUngranted } from "../grants/granted-scopes.ts";
import {
  findMissingPermissions,
  findUngrantedPermissions,
  type Permission,
  type Permissions,
} from "../grants/permissions.ts";
import { inactiveError } from "../inactive.ts";
import type { InstallationKey } from "../installation.ts";
import type { InstallationEvents } from "../ports/installation-events.ts";
import type { PlatformFields } from "../ports/platform-fields.ts";
import type { Narrowing, OAuthProvider } from "../ports/provider.ts";
import type { ProviderKey, StoredToken, TokenStore } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { addToTrace } from "../request-trace.ts";
import { type FindMetadata, limitToken, narrows, requireAllowedKey } from "./caller-limits.ts";
import { isFresh } from "./freshness.ts";
import { returnUntilExpired } from "./last-token.ts";
import type { Narrow } from "./narrow.ts";
import type { FindPlatformFields } from "./platform-fields.ts";
import type { Refresh, RefreshRequest } from "./refresh.ts";
import { hasHash, type RejectionDeps, type ReplaceRejected } from "./rejections.ts";
import { requireActive } from "./require-active.ts";

export interface TokenLookupDeps {
  readonly tokens: TokenStore;
  readonly providers: readonly OAuthProvider[];
  readonly refresh: Refresh;
  readonly narrow: Narrow;
  readonly findPlatformFields: FindPlatformFields;
  readonly findMetadata: FindMetadata;
  readonly replaceRejected: ReplaceRejected;
  readonly onRejection: RejectionDeps["onRejection"];
  readonly events: InstallationEvents;
}

export interface TokenLookup {
  readonly key: InstallationKey | ProviderKey;
  /** The life that the token must have left. With 0, only the margin of the platform applies. */
  readonly minTtlSeconds: number;
  /** The repositories and permissions to narrow the token to. Only GitHub App tokens can be narrowed. */
  readonly narrowing: Narrowing | undefined;
  /** The limits of the caller; `undefined` if it may have every token. */
  readonly limits?: CallerLimits | undefined;
  /** The SHA-256, in hexadecimal digits, of a token that the platform rejected. */
  readonly rejectedTokenSha256?: string | undefined;
  /** The scopes without which the caller cannot use the token. */
  readonly requiredScopes?: readonly string[];
  /** The permissions without which the caller cannot use the token, also if it is narrowed to others. */
  readonly requiredPermissions?: readonly Permission[];
  /** Returns the milliseconds that this invocation has left. */
  readonly remainingMs: () => number;
}

/** An access token and the base URL of the API that it is for. */
export interface AccessToken extends StoredToken {
  readonly accessToken: string;
  readonly platformFields: PlatformFields;
  readonly apiBaseUrl: string;
  /** The narrowing of the token, within the limits of the caller. */
  readonly narrowing: Narrowing | undefined;
  /** The scopes that an install requests and that the grant lacks. Empty if its scopes are not known. */
  readonly missingScopes: readonly string[];
  /** The permissions of the App that the organization has not accepted. Empty if its permissions are not known. */
  readonly missingPermissions: Permissions;
}

/**
 * Returns a valid access token: with one statement if the stored one is fresh, else after a refresh.
 *
 * The limits of a caller are applied before a refresh, a mint or any other call to a platform.
 *
 * @throws {ServiceError} `not_allowed`, `installation_not_found`, `installation_inactive`, `reauthorization_required`,
 * `invalid_request`, `missing_scope`, `platform_not_configured`, `decryption_failed`, and the errors of `Refresh`
 */
export async function lookUpToken(
  deps: TokenLookupDeps,
  lookup: TokenLookup,
): Promise<AccessToken> {
  const { key, limits, rejectedTokenSha256, minTtlSeconds, remainingMs } = lookup;
  if (limits) requireAllowedKey(limits, lookup);
  const verifyRegistration = lookup.narrowing !== undefined || (limits && narrows(limits)) === true;
  const found = await deps.tokens.findToken(key, { verifyRegistration });
  if (found) addToTrace(subjectOf(found));
  const narrowing =
    limits && found ? await limitToken(deps, limits, found, lookup.narrowing) : lookup.narrowing;
  const token = requireActive(found);
  const provider = getProviderOfKind(deps.providers, token);
  const request = { provider, minTtlSeconds, remainingMs, isLookup: true };
  const valid = narrowing
    ? await findNarrowed(deps, token, { ...request, narrowing, rejectedTokenSha256 })
    : await findAccepted(deps, token, { ...request, rejectedTokenSha256 });
  const { accessToken } = valid;
  if (accessToken === null) throw inactiveError("reauthorization_required");
  // After a refresh, which can bring other scopes and permissions.
  requireGranted(valid, lookup);
  const missingScopes = findUngranted(valid.scopes, provider.scopes);
  const missingPermissions = findUngrantedPermissions(
    valid.permissions,
    provider.permissions ?? [],
  );
  const apiBaseUrl = provider.apiBaseUrl(token.organizationId);
  const platformFields = await deps.findPlatformFields(valid, provider);
  return {
    ...valid,
    accessToken,
    apiBaseUrl,
    missingScopes,
    missingPermissions,
    platformFields,
    narrowing,
  };
}

/**
 * Returns the webhook secret of an installation, active or not: late deliveries must still be verified.
 *
 * @throws {ServiceError} `installation_not_found`, `decryption_failed`, `retry_later`
 */
export async function lookUpWebhookSecret(
  { tokens }: Pick<TokenLookupDeps, "tokens">,
  key: InstallationKey | ProviderKey,
): Promise<string> {
  const webhookSecret = await tokens.findWebhookSecret(key);
  if (webhookSecret === undefined) throw notFound();
  return webhookSecret;
}

function subjectOf({ platform, organizationId, installationId }: StoredToken) {
  return { platform, organizationId, installationId };
}

function requireGranted(
  { scopes, permissions }: StoredToken,
  { requiredScopes = [], requiredPermissions = [] }: TokenLookup,
): void {
  const lackingScopes = findMissingScopes(scopes, requiredScopes);
  if (lackingScopes.length > 0) throw missingScope("scopes", lackingScopes);
  const lacking = Object.entries(findMissingPermissions(permissions, requiredPermissions));
  if (lacking.length === 0) return;
  throw missingScope(
    "permissions",
    lacking.map(([name, access]) => `${name}: ${access}`),
  );
}

function missingScope(kind: string, lacking: readonly string[]): ServiceError {
  const message = `The installation does not have the required ${kind}: ${lacking.join(", ")}.`;
  return new ServiceError("missing_scope", message);
}

type RejectedToken = Pick<TokenLookup, "rejectedTokenSha256">;

/** Returns a narrowed token. One that was reported as rejected is replaced by the narrower. */
async function findNarrowed(
  deps: TokenLookupDeps,
  token: StoredToken,
  request: Parameters<Narrow>[1],
): Promise<StoredToken> {
  const narrowed = await deps.narrow(token, request);
  const { rejectedTokenSha256: sha256 } = request;
  if (sha256 !== undefined) {
    const outcome = hasHash(narrowed.accessToken, sha256) ? "too_soon" : "replaced";
    deps.onRejection({ platform: token.platform, outcome });
  }
  return narrowed;
}

/** Returns a valid token that is not the one that was reported as rejected, if the platform rejects that. */
async function findAccepted(
  deps: TokenLookupDeps,
  token: StoredToken,
  { rejectedTokenSha256, ...request }: RefreshRequest & RejectedToken,
): Promise<StoredToken> {
  const valid = await findValid(deps, token, request);
  if (rejectedTokenSha256 === undefined) return valid;
  if (!hasHash(valid.accessToken, rejectedTokenSha256)) {
    deps.onRejection({ platform: token.platform, outcome: "replaced" });
    return valid;
  }
  const accepted = await deps.replaceRejected(valid, request);
  return accepted === valid ? valid : findValid(deps, accepted, request);
}

function findValid(
  deps: TokenLookupDeps,
  token: StoredToken,
  request: RefreshRequest,
): StoredToken | Promise<StoredToken> {
  if (isFresh(token, request)) return token;
  if (request.provider.canRefresh(token)) return deps.refresh(token, request);
  return returnUntilExpired(deps, token);
}
