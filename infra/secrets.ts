import { isProduction } from "./stage.ts";

/** The secrets of Grantkeep, and the variable that tells a function where each one is. */
const VARIABLES = {
  "state-keyring": "STATE_KEYRING_SECRET_ARN",
  "token-keyring": "TOKEN_KEYRING_SECRET_ARN",
  github: "GITHUB_SECRET_ARN",
  slack: "SLACK_SECRET_ARN",
  jira: "JIRA_SECRET_ARN",
} as const;

/** The name of a secret, as in `grantkeep/<stage>/<name>`. */
export type SecretName = keyof typeof VARIABLES;

interface SecretContainer {
  readonly variable: string;
  readonly arn: $util.Output<string>;
}

export type Secrets = Readonly<Record<SecretName, SecretContainer>>;

/**
 * Makes the containers alone. Their values are put with `aws secretsmanager put-secret-value`, so that
 * they are in no state of SST, no bundle and no environment.
 */
export function createSecrets(): Secrets {
  return {
    "state-keyring": createSecret("StateKeyring", "state-keyring"),
    "token-keyring": createSecret("TokenKeyring", "token-keyring"),
    github: createSecret("Github", "github"),
    slack: createSecret("Slack", "slack"),
    jira: createSecret("Jira", "jira"),
  };
}

// In production, neither a deploy nor `sst remove` takes a secret away.
function createSecret(id: string, name: SecretName): SecretContainer {
  const secret = new aws.secretsmanager.Secret(
    `${id}Secret`,
    { name: `${$app.name}/${$app.stage}/${name}`, recoveryWindowInDays: isProduction() ? 30 : 0 },
    { protect: isProduction(), retainOnDelete: isProduction() },
  );
  return { variable: VARIABLES[name], arn: secret.arn };
}
