import { secretArnVariable, settingVariable } from "../core/configuration/variable-names.ts";
import { PLATFORM_NAMES, PLATFORMS } from "../core/platforms.ts";
import { exampleApps, urlsOf } from "../emulators/platforms.ts";
import { isEmulated, isGithubApp } from "./registrations.ts";
import type { Secrets } from "./secrets.ts";
import { isSet, type Variables } from "./variables.ts";

/** The settings that only a GitHub App has. */
const GITHUB_APP_VARIABLES = ["GITHUB_APP_ID", "GITHUB_APP_SLUG"];

export interface EnvironmentInput {
  readonly variables: Variables;
  /** The path of the configuration that the functions read. */
  readonly configurationFile: string;
  /** The redirect URIs in the configuration. */
  readonly redirectUris: readonly string[];
  readonly publicUrl: string;
  readonly awsUrl: string;
  /** The URL of the emulated platforms. */
  readonly platformsUrl: string;
  readonly databaseUrl: string;
  readonly secrets: Secrets;
  readonly secretArn: (name: string) => string;
}

/**
 * Returns the environment of the functions. Variables that the developer set are kept, except those of AWS:
 * the functions must never send requests to a real account.
 */
export function createEnvironment(input: EnvironmentInput): Record<string, string> {
  const { variables, publicUrl, awsUrl, databaseUrl, secrets, secretArn } = input;
  const { configurationFile, redirectUris } = input;
  const secretNames = [...secrets.keys()];
  const defaults: Record<string, string> = {
    PUBLIC_URL: publicUrl,
    ALLOWED_REDIRECT_URIS: [...redirectUris, `${publicUrl}/example-app`].join(" "),
    DATABASE_URL: databaseUrl,
    EVENT_BUS_NAME: busNameOf(variables),
    DELIVERY_BUCKET: "grantkeep-deliveries",
    ...Object.fromEntries(secretNames.map((name) => [secretArnVariable(name), secretArn(name)])),
    ...emulatedSettings(input),
  };
  const chosen = Object.entries(defaults).map(([name, value]) => {
    const given = variables[name];
    return [name, isSet(given) ? given : value];
  });
  return {
    ...Object.fromEntries(chosen),
    CONFIGURATION_FILE: configurationFile,
    AWS_ENDPOINT_URL: awsUrl,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
  };
}

/** Returns the bus that the functions publish on. */
export function busNameOf({ EVENT_BUS_NAME: given }: Variables): string {
  return isSet(given) ? given : "grantkeep";
}

/** Returns the settings of the platforms that are emulated, as far as the emulators determine them. */
function emulatedSettings({ variables, platformsUrl }: EnvironmentInput): Record<string, string> {
  const values = new Map(
    Object.entries(urlsOf(platformsUrl)).map(([name, url]) => [toVariable(name), url]),
  );
  for (const platform of PLATFORM_NAMES) {
    for (const [field, value] of Object.entries(exampleApps[platform])) {
      values.set(settingVariable(platform, field), String(value));
    }
  }
  if (!isGithubApp(variables)) for (const name of GITHUB_APP_VARIABLES) values.delete(name);

  const emulated = PLATFORM_NAMES.filter((platform) => isEmulated(platform, variables));
  return Object.fromEntries(
    emulated.flatMap((platform) =>
      PLATFORMS[platform].settings.flatMap((setting) => {
        const name = settingVariable(platform, setting);
        const value = values.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  );
}

/** Returns the variable of a field: `GITHUB_API_URL` for `githubApiUrl`. */
function toVariable(field: string): string {
  return field.replaceAll(/[A-Z]/g, "_$&").toUpperCase();
}
