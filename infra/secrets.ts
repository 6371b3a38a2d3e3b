import { SECRET_VARIABLES, type SecretName } from "./secret-names.ts";
import { isProduction } from "./stage.ts";

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
  return { variable: SECRET_VARIABLES[name], arn: secret.arn };
}
