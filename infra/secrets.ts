import { secretArnVariable } from "../core/configuration/variable-names.ts";
import { SECRET_NAMES, type SecretName } from "./secret-names.ts";
import { isProduction, logicalName, secretNameOf, toComponentName } from "./stage.ts";

interface SecretContainer {
  /** The environment variable that tells a function the ARN. */
  readonly variable: string;
  readonly arn: $util.Output<string>;
}

export type Secrets = Readonly<Record<string, SecretContainer>>;

/**
 * Creates the secrets without values, by their names. Operators set the values with
 * `aws secretsmanager put-secret-value`, so that no state of SST, bundle or environment has them.
 */
export function createSecrets(): Secrets {
  return Object.fromEntries(SECRET_NAMES.map((name) => [name, createSecret(name)]));
}

// In production, neither a deploy nor `sst remove` deletes a secret.
function createSecret(name: SecretName): SecretContainer {
  const secret = new aws.secretsmanager.Secret(
    logicalName(`${toComponentName(name)}Secret`),
    { name: secretNameOf(name), recoveryWindowInDays: isProduction() ? 30 : 0 },
    { protect: isProduction(), retainOnDelete: isProduction() },
  );
  return { variable: secretArnVariable(name), arn: secret.arn };
}
