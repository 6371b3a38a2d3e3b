import type * as v from "valibot";
import type { Configuration } from "../configuration/configuration.ts";
import type { Platform } from "../installation.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { type ReadSecret, readSecretField, type SecretFields } from "./platform-secret.ts";
import { createRotatingSecret, type RotatingSecret, type SecretValues } from "./rotating-secret.ts";

/** Where the registration of our app at a platform is read from. */
interface RegistrationSource {
  /** The settings of all platforms. */
  readonly platforms: Configuration["platforms"];
  /** `undefined` if no secret is configured for the platform. */
  readonly readSecret: ReadSecret | undefined;
}

/** The registration of our app at a platform. */
export interface PlatformRegistration {
  /** Creates the provider. It does not read the secret yet. */
  createProvider(): OAuthProvider;
  /**
   * Reads a field of the secret.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`
   */
  readSecret(field: string, options: { reload: boolean }): Promise<SecretValues>;
}

/** A platform as the composition root sees it. */
export interface PlatformDefinition {
  /** Returns the registration, or `undefined` if no client ID or no secret is configured. */
  findRegistration(source: RegistrationSource): PlatformRegistration | undefined;
}

interface PlatformParts<Name extends Platform, Fields extends SecretFields> {
  readonly platform: Name;
  readonly Secret: v.GenericSchema<unknown, Fields>;
  createProvider(
    settings: Configuration["platforms"][Name] & { readonly clientId: string },
    credential: (field: keyof Fields & string) => RotatingSecret,
  ): OAuthProvider;
}

/** Defines a platform by the parts in its folder. */
export function definePlatform<Name extends Platform, Fields extends SecretFields>(
  parts: PlatformParts<Name, Fields>,
): PlatformDefinition {
  const { platform, Secret } = parts;
  return {
    findRegistration({ platforms, readSecret: readText }) {
      const settings = platforms[platform];
      const { clientId } = settings;
      if (clientId === undefined || !readText) return undefined;
      const readSecret: PlatformRegistration["readSecret"] = (field, options) =>
        readSecretField(platform, Secret, field, () => readText(options));
      return {
        readSecret,
        createProvider: () =>
          parts.createProvider({ ...settings, clientId }, (field) =>
            createRotatingSecret((options) => readSecret(field, options)),
          ),
      };
    },
  };
}
