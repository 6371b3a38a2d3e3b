import * as v from "valibot";
import type { InstallationKind, Platform } from "../installation.ts";

export interface AuthorizationRequest {
  readonly state: string;
  /** Our callback, as registered at the platform. */
  readonly redirectUri: string;
  /** S256 challenge of RFC 7636; a provider whose platform has no PKCE for our kind of app leaves it out. */
  readonly codeChallenge: string;
}

export interface CodeExchange {
  readonly code: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** The GitHub App installation that the installer claims to have made: not yet proven. */
  readonly claimedInstallationId: string | null;
  /** Ends every call to the platform, the exchange and what follows it. */
  readonly signal: AbortSignal;
}

/** A date in JSON. */
const JsonDate = v.pipe(
  v.string(),
  v.isoTimestamp(),
  v.transform((text) => new Date(text)),
);

/** The tokens of one grant, as a platform issues them. The schema reads their JSON. */
export const TokenSet = v.pipe(
  v.strictObject({
    accessToken: v.string(),
    refreshToken: v.nullable(v.string()),
    /** By the clock of the process that received them. */
    expiresAt: v.nullable(JsonDate),
    refreshTokenExpiresAt: v.nullable(JsonDate),
    scopes: v.pipe(v.array(v.string()), v.readonly()),
  }),
  v.readonly(),
);
export type TokenSet = v.InferOutput<typeof TokenSet>;

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
    tokens: TokenSet,
  }),
  v.readonly(),
);
export type Grant = v.InferOutput<typeof Grant>;

/** What a provider is given of an installation whose tokens it renews or ends. */
export interface StoredGrant {
  readonly organizationId: string;
  readonly providerInstallationId: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly signal: AbortSignal;
}

/** What a token may be narrowed to; an absent field means all that the installation grants. */
export interface Narrowing {
  readonly repositories?: readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
}

/** How an installation stands at its platform, in the platform's own words. */
export type GrantState =
  | {
      readonly status: "active";
      /** What the platform calls the organization now; `undefined` where it does not say. */
      readonly organizationName: string | undefined;
      /** `undefined` where the platform does not say. */
      readonly organizationId: string | undefined;
    }
  | {
      readonly status: "suspended" | "uninstalled" | "reauthorization_required";
      readonly organizationId?: string | undefined;
    };

/** The port to one platform and kind of app. Nothing is read or sent before a method is called. */
export interface OAuthProvider {
  readonly platform: Platform;
  readonly kind: InstallationKind;
  readonly clientId: string;
  /** What `iss` must be when the callback has one (RFC 9207). */
  readonly issuer: string;
  /** An access token with less life left than this is renewed. */
  readonly refreshMarginSeconds: number;
  /** Whether all its tokens expire, so that one whose expiry is not known is not to be trusted. */
  readonly tokensExpire: boolean;
  /** Whether a refresh ends the access token before it: then nobody may use it while one is under way. */
  readonly refreshEndsAccessToken: boolean;
  /** How long a refresh token goes on working after it was used; 0 where its first use ends it. */
  readonly reuseLeewaySeconds: number;
  /** The platform's own install page, which comes before authorization; only GitHub Apps have one. */
  readonly installationUrl?: ((state: string) => URL) | undefined;
  authorizationUrl(request: AuthorizationRequest): URL;
  /**
   * Redeems a code, once and without retry, and asks whose grant it is: one, or several of which the
   * installer has to pick one.
   *
   * @throws {ServiceError} `exchange_failed`, `missing_scope`, `unsupported_install`, `invalid_request`,
   * `installation_not_verified`, `provider_error`, `provider_misconfigured`, `provider_rate_limited`,
   * `provider_unavailable`, `platform_not_configured`
   */
  exchange(exchange: CodeExchange): Promise<readonly [Grant, ...Grant[]]>;
  /** Whether there is something to renew the access token with. */
  canRefresh(
    grant: Pick<StoredGrant, "providerInstallationId"> & { hasRefreshToken: boolean },
  ): boolean;
  /**
   * Gets new tokens, with one call. A refresh token that the answer leaves out is still the old one.
   *
   * @throws {ServiceError} `reauthorization_required` only on the platform's word that the grant ended;
   * `installation_inactive` with the reason `suspended` or `uninstalled`; `provider_error`,
   * `provider_misconfigured`, `provider_rate_limited`, `provider_unavailable`, `platform_not_configured`
   */
  refresh(grant: StoredGrant): Promise<TokenSet>;
  /** Gets a token that may do less, where the platform has such; it is never stored. */
  readonly narrow?: ((grant: StoredGrant, narrowing: Narrowing) => Promise<TokenSet>) | undefined;
  /**
   * Asks the platform how an installation stands, with a token that has not expired.
   *
   * @throws {ServiceError} the errors of `refresh`, but for those that say how it stands
   */
  check(grant: StoredGrant): Promise<GrantState>;
  /**
   * Ends the bot's access at the platform, as far as the platform lets us.
   *
   * @throws {ServiceError} when the platform did not do it
   */
  revoke(grant: StoredGrant): Promise<void>;
  /** Where the tokens of an organization are used. */
  apiBaseUrl(organizationId: string): string;
}
