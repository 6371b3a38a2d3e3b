import type * as v from "valibot";
import type { Platform } from "../installation.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import { type ReadSecret, readSecretField, type SecretFields } from "./platform-secret.ts";
import { platformNotConfigured } from "./registry.ts";
import { createRotatingSecret, type RotatingSecret, type SecretValues } from "./rotating-secret.ts";

/** A schema of environment variables: its entries are their names. None of them is a secret. */
type SettingsSchema = v.GenericSchema<unknown, { readonly clientId: string | undefined }> & {
  readonly entries: Readonly<Record<string, unknown>>;
};

/** Where the registration of our app at a platform is read from. */
export interface RegistrationSource {
  /** @throws {Error} that names the first variable that is malformed */
  readSettings<const Schema extends v.GenericSchema>(schema: Schema): v.InferOutput<Schema>;
  /** `undefined` if no secret is configured for the platform. */
  readonly readSecret: ReadSecret | undefined;
}

/** A platform as the composition root, the pages and `infra/` see it. */
export interface PlatformDefinition {
  /** The path of the SVG icon that stands for the platform on pages. It is not its trademark. */
  readonly mark: string;
  /** The names of the platform's environment variables, but for its secret's ARN. None is a secret. */
  readonly variables: readonly string[];
  /** Returns `undefined` if no client ID or no secret is configured. The secret is not read yet. */
  createProvider(source: RegistrationSource): OAuthProvider | undefined;
  /**
   * Reads a field of the secret.
   *
   * @throws {ServiceError} `platform_not_configured`, `retry_later`
   */
  readSecretField(source: RegistrationSource, field: string): Promise<SecretValues>;
}

interface PlatformParts<Settings extends SettingsSchema, Fields extends SecretFields> {
  readonly platform: Platform;
  readonly mark: string;
  readonly Settings: Settings;
  readonly Secret: v.GenericSchema<unknown, Fields>;
  createProvider(
    settings: v.InferOutput<Settings> & { readonly clientId: string },
    credential: (field: keyof Fields & string) => RotatingSecret,
  ): OAuthProvider;
}

/** Defines a platform by the parts in its folder. */
export function definePlatform<Settings extends SettingsSchema, Fields extends SecretFields>(
  parts: PlatformParts<Settings, Fields>,
): PlatformDefinition {
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
    variables: Object.keys(Settings.entries),
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
