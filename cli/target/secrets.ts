import {
  DescribeSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { describeAwsFailure } from "./aws-failure.ts";

const CURRENT = "AWSCURRENT";

/** The secrets of a stage, by their names in Secrets Manager. A value is written, and never read. */
export interface StageSecrets {
  /**
   * Returns when the value of a secret was last stored, or `undefined` if it has none yet.
   *
   * @throws {Error} that says what to do, if there is no such secret
   */
  storedAt(id: string): Promise<Date | undefined>;
  /** Stores a value. Secrets Manager keeps the one before as `AWSPREVIOUS`. */
  put(id: string, value: Readonly<Record<string, string>>): Promise<void>;
}

/** Opens Secrets Manager with the credentials that the AWS CLI uses. */
export function openStageSecrets(region: string): StageSecrets {
  const client = new SecretsManagerClient({ region });
  const fail = (id: string) => (error: unknown) => {
    const isMissing = error instanceof Error && error.name === "ResourceNotFoundException";
    if (!isMissing) throw describeAwsFailure(error);
    throw new Error(
      `There is no secret ${id} in region ${region}: the first deploy of the stage creates it. ` +
        "Deploy the stage, then run the command again.",
    );
  };
  return {
    async storedAt(id) {
      const command = new DescribeSecretCommand({ SecretId: id });
      const secret = await client.send(command).catch(fail(id));
      const stages = Object.values(secret.VersionIdsToStages ?? {}).flat();
      if (!stages.includes(CURRENT)) return undefined;
      return secret.LastChangedDate ?? secret.CreatedDate ?? new Date(0);
    },
    async put(id, value) {
      const SecretString = JSON.stringify(value);
      await client.send(new PutSecretValueCommand({ SecretId: id, SecretString })).catch(fail(id));
    },
  };
}
