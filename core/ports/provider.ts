import * as v from "valibot";
import type { ServiceError } from "../errors.ts";
import type { Permission, Permissions } from "../grants/permissions.ts";
import type { InstallationKind, Platform } from "../installation.ts";
import type { AppInventory } from "./app-inventory.ts";
import type { DeliveryHistory } from "./delivery-history.ts";
import type { DynamicWebhooks } from "./dynamic-webhooks.ts";
import type { PlatformFields } from "./platform-fields.ts";
import type { InstallRequest } from "./waiting-requests.ts";

export interface AuthorizationRequest {
  readonly state: string;
  /** The callback URL, as it is registered at the platform. */
  readonly redirectUri: string;
  /** S256 challenge of RFC 7636. Omitted by providers whose platform has no PKCE for this kind of app. */
  readonly codeChallenge: string;
}

export interface CodeExchange {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /**
   * The GitHub App installation that the installer claims, not yet proven; `null` for all that the installer may
   * connect.
   */
  readonly claimedInstallationId: string | null;
  /** Aborts the exchange and every call to the platform after it. */
  readonly signal: AbortSignal;
}

/**
 * The tokens of one grant, as a platform issues them. The schema reads their JSON.
 *
 * They have lifetimes instead of dates, because the clock of a process may be wrong: the store adds them to its
 * own clock, which all readers compare with.
 */
export const TokenSet = v.pipe(
  v.strictObject({
    accessToken: v.string(),
    refreshToken: v.nullable(v.string()),
    /** The life that the access token has left; `null` if it does not expire. */
    expiresInSeconds: v.nullable(v.number()),
    refreshTokenExpiresInSeconds: v.nullable(v.number()),
    scopes: v.pipe(v.array(v.string()), v.readonly()),
    /** Of a GitHub App. Absent if the platform did not return them. */
    permissions: v.optional(v.pipe(v.record(v.string(), v.string()), v.readonly())),
  }),
  v.readonly(),
);
export type TokenSet = v.InferOutput<typeof TokenSet>;

/** Returns tokens with the life that they have left after some time. */
export function ageTokens(tokens: TokenSet, seconds: number): TokenSet {
  const { expiresInSeconds: life, refreshTokenExpiresInSeconds: refreshLife } = tokens;
  return {
    ...tokens,
    expiresInSeconds: life === null ? null : life - seconds,
    refreshTokenExpiresInSeconds: refreshLife === null ? null : refreshLife - seconds,
  };
}

/** An installer's grant: the organization and the tokens. The schema reads its JSON. */
export const Grant = v.pipe(
  v.strictObject({
    organizationId: v.string(),
    organizationName: v.string(),
    /** The organization's address, for an installer who has to pick one; else `null`. */
    organizationUrl: v.nullable(v.string()),
    providerInstallationId: v.nullable(v.string()),
    /** The verified e-mail address of the installer, else the login or name. */
    installedBy: v.string(),
    installedById: v.string(),
    /** Of a GitHub App. Those of the tokens are newer. */
    permissions: v.optional(v.pipe(v.record(v.string(), v.string()), v.readonly())),
    /** `null` if the first lookup gets them, as for a GitHub App. */
    tokens: v.nullable(TokenSet),
  }),
  v.readonly(),
);
export type Grant = v.InferOutput<typeof Grant>;

/** Returns a grant, the tokens of which have the life left after some time. */
export function ageGrant(grant: Grant, seconds: number): Grant {
  return { ...grant, tokens: grant.tokens && ageTokens(grant.tokens, seconds) };
}

/** An installation that a person sees, while nothing shows that this person may connect it. */
export interface UnprovenGrant {
  /** Without tokens. */
  readonly grant: Grant & { readonly providerInstallationId: string };
  /** Whether it was created so recently that its signed webhook may still arrive. */
  readonly isRecent: boolean;
}

/** The installations of an App that a person sees. */
export interface VisibleGrants {
  /** The person is the account itself or an owner of it. */
  readonly owned: readonly Grant[];
  readonly unproven: readonly UnprovenGrant[];
  /** The reason why the person may connect none, as long as nothing proves more. */
  readonly refusal: ServiceError;
}

/** A stored grant, as it is passed to a provider. */
export interface StoredGrant {
  readonly organizationId: string;
  readonly providerInstallationId: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** Aborts the call. For `refresh` and `narrow`, the only limit of its time. */
  readonly signal: AbortSignal;
}

/** The repositories and permissions of a narrowed token. An absent field means all of the installation. */
export interface Narrowing {
  readonly repositories?: readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
}

/**
 * The installation's current status at its platform.
 *
 * `evidence` is `installation` if it is about the installation itself, and `token` if it is about the access
 * token that was sent, which may have been replaced since.
 */
export type GrantState =
  | {
      readonly status: "active";
      /** The current name of the organization; `undefined` if the platform does not return it. */
      readonly organizationName: string | undefined;
      /** `undefined` if the platform does not return it. */
      readonly organizationId: string | undefined;
      /** Whether the platform reports that only the access token has expired. */
      readonly isTokenExpired?: boolean;
      /** The permissions of a GitHub App; absent if the platform does not return them. */
      readonly permissions?: Permissions | undefined;
      /** Absent if the platform did not return them. */
      readonly fields?: PlatformFields | undefined;
    }
  | {
      readonly status: "suspended" | "uninstalled" | "reauthorization_required";
      readonly evidence: "installation" | "token";
      readonly organizationId?: string | undefined;
    };

/** The port to one platform and kind of app. Creating a provider reads and sends nothing. */
export interface OAuthProvider {
  readonly platform: Platform;
  readonly kind: InstallationKind;
  readonly clientId: string;
  /** The scopes that an install requests; none for a GitHub App, which has permissions. */
  readonly scopes: readonly string[];
  /** The permissions that a GitHub App is registered with, by the configuration. */
  readonly permissions?: readonly Permission[] | undefined;
  /** The fields that are the same for all grants. Absent if `check` returns them. */
  readonly platformFields?: PlatformFields | undefined;
  /** The expected `iss` of a callback, if it has one (RFC 9207). */
  readonly issuer: string;
  /** An access token with less life left than this is refreshed. */
  readonly refreshMarginSeconds: number;
  /** Whether all its access tokens expire. A token without an expiry is then refreshed. */
  readonly tokensExpire: boolean;
  /**
   * How many refreshes an access token survives. After more of them, with an unknown outcome, it may be
   * invalid, and is not returned before the platform has confirmed it.
   */
  readonly survivesRefreshes: number;
  /**
   * How a refresh is tried again after one with an unknown outcome: `at once`, or `after a check` that the
   * platform has ended the stored access token, where the first refresh would have done that.
   */
  readonly retryRefresh: "at once" | "after a check";
  /** Whether `check` tests the access token itself; `false` if it is about the installation. */
  readonly checksToken: boolean;
  /** How long a refresh token can be reused after its first use; 0 if it can be used once. */
  readonly reuseLeewaySeconds: number;
  /** Whether the platform has an endpoint that revokes a grant. Otherwise `revoke` has no effect. */
  readonly canRevoke: boolean;
  /**
   * Whether an install is refused if its installer has installed the bot for another organization, where a token
   * acts as the installer.
   */
  readonly refusesSharedAccounts?: boolean | undefined;
  /** Returns the platform's install page, which precedes the authorization. Only GitHub Apps have one. */
  readonly installationUrl?: ((state: string) => URL) | undefined;
  authorizationUrl(request: AuthorizationRequest): URL;
  /**
   * Exchanges a code for tokens, without a retry, and returns one grant per organization that they cover.
   *
   * @throws {ServiceError} `exchange_failed`, `missing_scope`, `unsupported_install`, `invalid_request`,
   * `installation_not_verified`, `provider_error`, `provider_misconfigured`, `provider_rate_limited`,
   * `provider_unavailable`, `platform_not_configured`
   */
  exchange(exchange: CodeExchange): Promise<readonly [Grant, ...Grant[]]>;
  /**
   * Exchanges a code to identify a member who has requested the App, and returns the newest open request of that
   * person; `undefined` if there is none. Only GitHub Apps can be requested.
   *
   * @throws {ServiceError} the errors of `exchange`
   */
  readonly findRequest?:
    | ((
        exchange: Omit<CodeExchange, "claimedInstallationId">,
      ) => Promise<InstallRequest | undefined>)
    | undefined;
  /**
   * Exchanges a code as `exchange` does, and returns also the installations that the person sees and does not own.
   * Only a GitHub App has such.
   *
   * @throws {ServiceError} the errors of `exchange`, except `installation_not_verified` for want of an owner
   */
  readonly findVisible?: ((exchange: CodeExchange) => Promise<VisibleGrants>) | undefined;
  /** Returns whether the access token can be refreshed. */
  canRefresh(
    grant: Pick<StoredGrant, "providerInstallationId"> & { hasRefreshToken: boolean },
  ): boolean;
  /**
   * Gets new tokens with one call. Without a refresh token in the result, the stored one stays valid.
   *
   * @throws {ServiceError} `reauthorization_required` only when the platform reports that the grant was
   * revoked or expired; `installation_inactive` with the reason `suspended` or `uninstalled`; `provider_error`,
   * `provider_misconfigured`, `provider_rate_limited`, `provider_unavailable`, `platform_not_configured`
   */
  refresh(grant: StoredGrant): Promise<TokenSet>;
  /** Gets a token with fewer permissions, if the platform supports that. It is never stored. */
  readonly narrow?: ((grant: StoredGrant, narrowing: Narrowing) => Promise<TokenSet>) | undefined;
  /**
   * Requests the current status of an installation. The access token must not be expired.
   *
   * @throws {ServiceError} the errors of `refresh`, except for the codes that are a status
   */
  check(grant: StoredGrant): Promise<GrantState>;
  /**
   * Revokes the bot's access at the platform, as far as the platform supports it.
   *
   * @throws {ServiceError} the errors of `refresh`
   */
  revoke(grant: StoredGrant): Promise<void>;
  /**
   * Revokes newly issued tokens that are not stored. Absent where that would end the organization's stored
   * grant too.
   *
   * @throws {ServiceError} the errors of `refresh`
   */
  readonly discard?: ((grant: StoredGrant) => Promise<void>) | undefined;
  /**
   * Returns whether the person who granted a token is an administrator of the organization. Absent where a
   * grant does not act as the person who made it.
   *
   * @throws {ServiceError} `provider_error`, `provider_unavailable`, `provider_rate_limited`
   */
  readonly isAdministrator?:
    | ((grant: Pick<StoredGrant, "organizationId" | "accessToken" | "signal">) => Promise<boolean>)
    | undefined;
  /** The webhooks that an app registers for each organization. Absent where it has one URL for all of them. */
  readonly dynamicWebhooks?: DynamicWebhooks | undefined;
  /** Of a platform that sends a delivery again only on request. */
  readonly deliveryHistory?: DeliveryHistory;
  /** Of an App that can be installed at its platform without this service. */
  readonly inventory?: AppInventory;
  /** Returns the base URL of the API that the tokens of an organization are for. */
  apiBaseUrl(organizationId: string): string;
}
