import { createHash } from "node:crypto";
import type { Platform, Token } from "./token.ts";

/**
 * Names an installation: by its organization, by GitHub's id of the installation, which webhooks carry, or by
 * Grantkeep's own id.
 */
export type TokenKey =
  | { readonly platform: Platform; readonly organizationId: string | number }
  | { readonly platform: Platform; readonly providerInstallationId: string | number }
  | { readonly installationId: string };

/** The type of the token that a key names: of one platform, if the key names it. */
export type TokenFor<Key extends TokenKey> = Key extends { readonly platform: infer Name }
  ? Extract<Token, { readonly platform: Name }>
  : Token;

/** Permissions of a GitHub App and their levels: `{ issues: "write" }`. */
export type Permissions = Readonly<Record<string, "read" | "write" | "admin">>;

/** The scopes, or the permissions of a GitHub App, that a caller cannot work without. */
export interface Requirement {
  readonly scopes?: readonly string[];
  readonly permissions?: Permissions;
}

/** Options of a lookup. All times are in seconds. */
export interface TokenOptions {
  /** How long the token must still be valid, at most 3,000. Default: what the platform allows. */
  readonly minTtl?: number | undefined;
  /** Restricts the token to these repositories. Only for a GitHub App. */
  readonly repositories?: readonly string[] | undefined;
  /** Restricts the token to these permissions. Only for a GitHub App. */
  readonly permissions?: Permissions | undefined;
  /** Lets the lookup fail with `missing_scope` if the installation lacks one of these. */
  readonly require?: Requirement | undefined;
  /**
   * Why the token is needed, for the audit log of Grantkeep, e.g. `review of a pull request`. Without secrets and personal
   * data, at most 200 characters. A token from memory is not logged again, also with another reason.
   */
  readonly reason?: string | undefined;
  /** The token that the platform refused with a 401. Grantkeep refreshes it once, however many report it. */
  readonly rejected?: string | undefined;
  /** The greatest age of a token from the cache, at most the client's. 0: invoke the function. */
  readonly maxAge?: number | undefined;
  /** How long a lookup that failed for the moment is repeated. Default: the client's. */
  readonly retryFor?: number | undefined;
  /** Ends the wait of this caller. */
  readonly signal?: AbortSignal | undefined;
}

/** The options that a key allows: only a token of GitHub can be narrowed. */
export type TokenOptionsFor<Key extends TokenKey> = Key extends {
  readonly platform: Exclude<Platform, "github">;
}
  ? Omit<TokenOptions, "repositories" | "permissions">
  : TokenOptions;

/** The request of `token-lookup`, as it is sent. */
export interface LookupRequest {
  readonly platform?: Platform;
  readonly organization_id?: string;
  readonly provider_installation_id?: string;
  readonly installation_id?: string;
  readonly min_ttl_seconds?: number;
  readonly repositories?: readonly string[];
  readonly permissions?: Permissions;
  readonly require?: Requirement;
  readonly reason?: string;
  readonly rejected_token_sha256?: string;
}

/** Returns the request for a lookup. */
export function toRequest(key: TokenKey, options: TokenOptions): LookupRequest {
  const { minTtl, repositories, permissions, require, reason, rejected } = options;
  return {
    ...toKeyFields(key),
    ...(minTtl !== undefined && { min_ttl_seconds: minTtl }),
    ...(repositories && { repositories }),
    ...(permissions && { permissions }),
    ...(require && { require }),
    ...(reason !== undefined && { reason }),
    ...(rejected !== undefined && { rejected_token_sha256: sha256(rejected) }),
  };
}

/** Returns a text that is equal for two lookups only if they may have the same token. */
export function toCacheKey(
  key: TokenKey,
  { repositories, permissions, require }: TokenOptions,
): string {
  if (!repositories && !permissions && !require) return JSON.stringify(toKeyFields(key));
  return JSON.stringify([
    toKeyFields(key),
    repositories && [...repositories].sort(),
    permissions && sorted(permissions),
    require?.scopes && [...require.scopes].sort(),
    require?.permissions && sorted(require.permissions),
  ]);
}

function sorted(permissions: Permissions): [string, string][] {
  return Object.entries(permissions).sort(([one], [other]) => (one < other ? -1 : 1));
}

function toKeyFields(key: TokenKey): LookupRequest {
  if ("installationId" in key) return { installation_id: key.installationId };
  const { platform } = key;
  return "organizationId" in key
    ? { platform, organization_id: String(key.organizationId) }
    : { platform, provider_installation_id: String(key.providerInstallationId) };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
