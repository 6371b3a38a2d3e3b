import { EMULATED, isEmulated } from "./registrations.ts";
import { isSet, type Variables } from "./variables.ts";

/** What the functions find in Secrets Manager, by name. */
export type Secrets = ReadonlyMap<string, string>;

export interface GeneratedSecrets {
  readonly stateKeyring: string;
  readonly tokenKeyring: string;
  /** The private key of the emulated GitHub App, in PEM. */
  readonly githubAppKey: string;
}

/** The secrets of local mode: what a developer set, else what was generated or belongs to an emulated app. */
export function createSecrets(variables: Variables, generated: GeneratedSecrets): Secrets {
  const { github, slack, jira } = EMULATED;
  const emulated = {
    github: {
      client_secret: github.clientSecret,
      private_key: generated.githubAppKey,
      webhook_secret: github.webhookSecret,
    },
    slack: { client_secret: slack.clientSecret, signing_secret: slack.signingSecret },
    jira: { client_secret: jira.clientSecret },
  };
  const secrets = new Map([
    ["state-keyring", set(variables.STATE_KEYRING_SECRET) ?? generated.stateKeyring],
    ["token-keyring", set(variables.TOKEN_KEYRING_SECRET) ?? generated.tokenKeyring],
  ]);
  for (const platform of ["github", "slack", "jira"] as const) {
    const ours = isEmulated(platform, variables) ? JSON.stringify(emulated[platform]) : undefined;
    const secret = set(variables[`${platform.toUpperCase()}_SECRET`]) ?? ours;
    if (secret !== undefined) secrets.set(platform, secret);
  }
  return secrets;
}

function set(value: string | undefined): string | undefined {
  return isSet(value) ? value : undefined;
}
