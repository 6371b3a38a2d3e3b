import { ServiceError } from "../errors.ts";
import type { InstallationKind, Platform } from "../installation.ts";
import type { OAuthProvider } from "../ports/provider.ts";

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
