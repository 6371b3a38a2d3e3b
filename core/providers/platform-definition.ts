import type * as v from "valibot";
import type { Platform } from "../installation.ts";
import type { SettingVariable } from "../platforms.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { type ReadSecret, readSecretField, type SecretFields } from "./platform-secret.ts";
import { createRotatingSecret, type RotatingSecret, type SecretValues } from "./rotating-secret.ts";

/** A schema of the environment variables of a platform: all that `PLATFORMS` names. */
type SettingsSchema<Name extends Platform> = v.GenericSchema<
  unknown,
  { readonly clientId: string | undefined }
> & { readonly entries: Readonly<Record<SettingVariable<Name>, unknown>> };

/** Refuses a schema with a variable that `PLATFORMS` does not name: no function would be given it. */
type NoOthers<Name extends Platform, Settings extends SettingsSchema<Name>> = {
  readonly entries: Readonly<
    Record<Exclude<keyof Settings["entries"], SettingVariable<Name>>, never>
  >;
};

/** Where the registration of our app at a platform is read from. */
interface RegistrationSource {
  /** @throws {Error} that names the first variable that is malformed */
  readSettings<const Schema extends v.GenericSchema>(schema: Schema): v.InferOutput<Schema>;
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

/** A platform as the composition root and the pages see it. */
export interface PlatformDefinition {
  /** The path of the SVG icon that stands for the platform on pages. It is not its trademark. */
  readonly mark: string;
  /** Returns the registration, or `undefined` if no client ID or no secret is configured. */
  findRegistration(source: RegistrationSource): PlatformRegistration | undefined;
}

interface PlatformParts<
  Name extends Platform,
  Settings extends SettingsSchema<Name>,
  Fields extends SecretFields,
> {
  readonly platform: Name;
  readonly mark: string;
  readonly Settings: Settings & NoOthers<Name, Settings>;
  readonly Secret: v.GenericSchema<unknown, Fields>;
  createProvider(
    settings: v.InferOutput<Settings> & { readonly clientId: string },
    credential: (field: keyof Fields & string) => RotatingSecret,
  ): OAuthProvider;
}

/** Defines a platform by the parts in its folder. */
export function definePlatform<
  Name extends Platform,
  Settings extends SettingsSchema<Name>,
  Fields extends SecretFields,
>(parts: PlatformParts<Name, Settings, Fields>): PlatformDefinition {
  const { platform, mark, Settings, Secret } = parts;
  return {
    mark,
    findRegistration({ readSettings, readSecret: readText }) {
      const settings = readSettings(Settings);
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
