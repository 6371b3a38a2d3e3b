import { ServiceError } from "./errors.ts";
import type { InstallationKind, Platform, TokenSet } from "./installation.ts";

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
  /** Ends every call to the platform, the exchange and what follows it. */
  readonly signal: AbortSignal;
}

/** What an installer granted: on which organization, and with which tokens. */
export interface Grant {
  readonly organizationId: string;
  readonly organizationName: string;
  readonly providerInstallationId: string | null;
  /** The verified e-mail of the installer, else the login or name. */
  readonly installedBy: string;
  readonly installedById: string;
  readonly tokens: TokenSet;
}

/** The port to one platform and kind of app. Nothing is read or sent before a method is called. */
export interface OAuthProvider {
  readonly platform: Platform;
  readonly kind: InstallationKind;
  readonly clientId: string;
  /** What `iss` must be when the callback has one (RFC 9207). */
  readonly issuer: string;
  authorizationUrl(request: AuthorizationRequest): URL;
  /**
   * Redeems a code, once and without retry, and asks whose grant it is.
   *
   * @throws {ServiceError} `exchange_failed`, `missing_scope`, `unsupported_install`, `provider_error`,
   * `provider_misconfigured`, `provider_rate_limited`, `provider_unavailable`, `platform_not_configured`
   */
  exchange(exchange: CodeExchange): Promise<Grant>;
  /** Where the tokens of an organization are used. */
  apiBaseUrl(organizationId: string): string;
}

/**
 * The provider that new installs on a platform go through.
 *
 * @throws {ServiceError} `platform_not_configured`
 */
export function getProvider(
  providers: readonly OAuthProvider[],
  platform: Platform,
): OAuthProvider {
  const provider = providers.find((candidate) => candidate.platform === platform);
  if (!provider) throw platformNotConfigured(platform);
  return provider;
}

/**
 * The provider of a stored installation.
 *
 * @throws {ServiceError} `platform_not_configured` when this kind of app is not set up any more
 */
export function getProviderOfKind(
  providers: readonly OAuthProvider[],
  { platform, kind }: { platform: Platform; kind: InstallationKind },
): OAuthProvider {
  const provider = providers.find((candidate) => candidate.kind === kind);
  if (!provider) throw platformNotConfigured(platform);
  return provider;
}

/** The error for a platform whose registration or secret is missing here. */
export function platformNotConfigured(platform: Platform): ServiceError {
  return new ServiceError(
    "platform_not_configured",
    `Installs on ${platform} are not set up here.`,
  );
}
