import type { Platform } from "../core/installation.ts";
import { PLATFORM_NAMES } from "../core/platforms.ts";
import { exampleApps } from "../emulators/platforms.ts";
import { isEmulated } from "./registrations.ts";
import { isSet, type Variables } from "./variables.ts";

/** The values of the secrets in the local Secrets Manager, by name. */
export type Secrets = ReadonlyMap<string, string>;

export interface GeneratedSecrets {
  readonly stateKeyring: string;
  readonly tokenKeyring: string;
  /** The private key of the emulated GitHub App, in PEM. */
  readonly githubAppKey: string;
}

/** Creates the secrets of local mode. Each has the value that the developer set, or a generated one. */
export function createSecrets(variables: Variables, generated: GeneratedSecrets): Secrets {
  const privateKeys: Partial<Record<Platform, string>> = { github: generated.githubAppKey };
  const secrets = new Map([
    ["state-keyring", set(variables.STATE_KEYRING_SECRET) ?? generated.stateKeyring],
    ["token-keyring", set(variables.TOKEN_KEYRING_SECRET) ?? generated.tokenKeyring],
  ]);
  for (const platform of PLATFORM_NAMES) {
    const ours = isEmulated(platform, variables)
      ? emulatedSecret(platform, privateKeys[platform])
      : undefined;
    const secret = set(variables[`${platform.toUpperCase()}_SECRET`]) ?? ours;
    if (secret !== undefined) secrets.set(platform, secret);
  }
  return secrets;
}

/** Returns the secret of an emulated app: `clientSecret` is in the field `client_secret`. */
function emulatedSecret(platform: Platform, privateKey: string | undefined): string {
  const secrets = Object.entries(exampleApps[platform])
    .filter(([name]) => name.endsWith("Secret"))
    .map(([name, value]) => [name.replace(/Secret$/, "_secret"), value]);
  return JSON.stringify({ ...Object.fromEntries(secrets), private_key: privateKey });
}

function set(value: string | undefined): string | undefined {
  return isSet(value) ? value : undefined;
}
