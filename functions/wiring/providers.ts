import type { Configuration } from "../../core/configuration/configuration.ts";
import type { Platform } from "../../core/installation.ts";
import { PLATFORM_NAMES } from "../../core/platforms.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { definitions } from "../../core/providers/definitions.ts";
import type { PlatformRegistration } from "../../core/providers/platform-definition.ts";
import { platformNotConfigured } from "../../core/providers/registry.ts";
import { createSigningSecret, type RotatingSecret } from "../../core/providers/rotating-secret.ts";
import { readSecretArn } from "../environment/config.ts";
import type { SecretReader } from "../environment/secrets.ts";

/** Creates the providers of all platforms that are configured. */
export function createProviders(
  secrets: SecretReader,
  configuration: Configuration,
): OAuthProvider[] {
  return PLATFORM_NAMES.flatMap(
    (platform) => findRegistration(secrets, configuration, platform)?.createProvider() ?? [],
  );
}

/** Returns the secret that a platform signs its webhooks with. */
export function createWebhookSigningSecret(
  secrets: SecretReader,
  configuration: Configuration,
  { platform, secretField }: PlatformWebhook,
): RotatingSecret {
  const registration = findRegistration(secrets, configuration, platform);
  return createSigningSecret(async () => {
    if (!registration) throw platformNotConfigured(platform);
    return registration.readSecret(secretField, { reload: false });
  });
}

function findRegistration(
  secrets: SecretReader,
  { platforms }: Configuration,
  platform: Platform,
): PlatformRegistration | undefined {
  const arn = readSecretArn(platform);
  return definitions[platform].findRegistration({
    platforms,
    readSecret: arn === undefined ? undefined : (options) => secrets.read(arn, options),
  });
}
