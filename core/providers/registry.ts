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
 * Returns the provider of a stored installation.
 *
 * @throws {ServiceError} `platform_not_configured` if this kind of app is no longer configured
 */
export function getProviderOfKind(
  providers: readonly OAuthProvider[],
  { platform, kind }: { platform: Platform; kind: InstallationKind },
): OAuthProvider {
  const provider = providers.find((candidate) => candidate.kind === kind);
  if (!provider) throw platformNotConfigured(platform);
  return provider;
}

/** Returns the error for a platform whose app registration or secret is missing here. */
export function platformNotConfigured(platform: Platform): ServiceError {
  const message = `${PLATFORMS[platform].displayName} is not configured here.`;
  return new ServiceError("platform_not_configured", message);
}
