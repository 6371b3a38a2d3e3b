import type * as v from "valibot";
import type { Platform } from "../installation.ts";
import type { SettingVariable } from "../platforms.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { type ReadSecret, readSecretField, type SecretFields } from "./platform-secret.ts";
import { platformNotConfigured } from "./registry.ts";
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
export interface RegistrationSource {
  /** @throws {Error} that names the first variable that is malformed */
  readSettings<const Schema extends v.GenericSchema>(schema: Schema): v.InferOutput<Schema>;
  /** `undefined` if no secret is configured for the platform. */
  readonly readSecret: ReadSecret | undefined;
}

/** A platform as the composition root and the pages see it. */
export interface PlatformDefinition {
  /** The path of the SVG icon that stands for the platform on pages. It is not its trademark. */
  readonly mark: string;
  /** Returns `undefined` if no client ID or no secret is configured. The secret is not read yet. */
  createProvider(source: RegistrationSource): OAuthProvider | undefined;
  /**
   * Reads a field of the secret.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`
   */
  readSecretField(source: RegistrationSource, field: string): Promise<SecretValues>;
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

  function register({ readSettings, readSecret }: RegistrationSource) {
    const settings = readSettings(Settings);
    const { clientId } = settings;
    if (clientId === undefined || !readSecret) return undefined;
    const read = (field: string, reload: boolean) =>
      readSecretField(platform, Secret, field, () => readSecret({ reload }));
    return { settings: { ...settings, clientId }, read };
  }

  return {
    mark,
    createProvider(source) {
      const registration = register(source);
      if (!registration) return undefined;
      const { settings, read } = registration;
      return parts.createProvider(settings, (field) =>
        createRotatingSecret(({ reload }) => read(field, reload)),
      );
    },
    async readSecretField(source, field) {
      const registration = register(source);
      if (!registration) throw platformNotConfigured(platform);
      return registration.read(field, false);
    },
  };
}
