import type { Platform } from "../../core/installation.ts";
import { PLATFORM_NAMES } from "../../core/platforms.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import type { PlatformWebhook } from "../../core/ports/webhook.ts";
import { definitions } from "../../core/providers/definitions.ts";
import type { RegistrationSource } from "../../core/providers/platform-definition.ts";
import { createSigningSecret, type RotatingSecret } from "../../core/providers/rotating-secret.ts";
import { readSecretArn, readSettings } from "../environment/config.ts";
import type { SecretReader } from "../environment/secrets.ts";

/** Creates the providers of all platforms that are configured. */
export function createProviders(secrets: SecretReader): OAuthProvider[] {
  return PLATFORM_NAMES.map((platform) =>
    definitions[platform].createProvider(registrationOf(secrets, platform)),
  ).filter((provider) => provider !== undefined);
}

/** Returns the secret that a platform signs its webhooks with. */
export function createWebhookSigningSecret(
  secrets: SecretReader,
  { platform, secretField }: PlatformWebhook,
): RotatingSecret {
  const source = registrationOf(secrets, platform);
  return createSigningSecret(() => definitions[platform].readSecretField(source, secretField));
}

function registrationOf(secrets: SecretReader, platform: Platform): RegistrationSource {
  const arn = readSecretArn(platform);
  return {
    readSettings,
    readSecret: arn === undefined ? undefined : (options) => secrets.read(arn, options),
  };
}
