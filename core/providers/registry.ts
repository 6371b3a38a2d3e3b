import { ServiceError } from "../errors.ts";
import type { InstallationKind, Platform } from "../installation.ts";
import { PLATFORMS } from "../platforms.ts";
import type { OAuthProvider } from "../ports/provider.ts";

/**
 * Returns the provider for new installs on a platform.
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
 * Returns the provider of a stored installation, by the registration that it was made with, or of a new one,
 * which has no `clientId` yet.
 *
 * @throws {ServiceError} `platform_not_configured` if this kind of app, or this registration, is not configured
 */
export function getProviderOfKind(
  providers: readonly OAuthProvider[],
  { platform, kind, clientId }: { platform: Platform; kind: InstallationKind; clientId?: string },
): OAuthProvider {
  const provider = providers.find((candidate) => candidate.kind === kind);
  if (!provider) throw platformNotConfigured(platform);
  if (clientId === undefined || clientId === provider.clientId) return provider;
  const { displayName } = PLATFORMS[platform];
  const message = `The installation was made with another app at ${displayName} than is configured here.`;
  throw new ServiceError("platform_not_configured", message, { reason: "client id" });
}

/** Returns the error for a platform whose app registration or secret is missing here. */
export function platformNotConfigured(platform: Platform): ServiceError {
  const message = `${PLATFORMS[platform].displayName} is not configured here.`;
  return new ServiceError("platform_not_configured", message);
}
