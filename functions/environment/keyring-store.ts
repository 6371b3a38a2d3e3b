import { createHash } from "node:crypto";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as v from "valibot";
import { describeForeignError, ServiceError } from "../../core/errors.ts";
import type { KeyRingStore, StoredKeyRing } from "../../core/ports/keyring-store.ts";
import { parseKeyRing } from "./keyrings.ts";

const CALL_TIMEOUT_MS = 5_000;

/** The secret does not exist, is not accessible to this function, or cannot be changed. A retry does not help. */
const PERMANENT = new Set([
  "ResourceNotFoundException",
  "AccessDeniedException",
  "InvalidRequestException",
]);

const SecretValue = v.object({
  SecretString: v.string(),
  VersionId: v.string(),
  CreatedDate: v.date(),
});

/**
 * Creates the store of a key ring in its secret, with compare-and-set.
 *
 * Secrets Manager has no compare-and-set, but rejects a second value for an existing version. The id of each
 * version is derived from the one before, so that of two processes that read the same version only one can write.
 *
 * @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
 */
export function createKeyRingStore(arn: string): KeyRingStore {
  const client = new SecretsManagerClient({ maxAttempts: 2 });
  const limit = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });

  async function read(): Promise<StoredKeyRing> {
    const response = await client
      .send(new GetSecretValueCommand({ SecretId: arn }), limit())
      .catch((error: unknown) => {
        throw failed(error);
      });
    const { SecretString, VersionId, CreatedDate } = v.parse(SecretValue, response);
    const document = parseKeyRing(SecretString);
    return { document, version: VersionId, changedAt: CreatedDate };
  }

  return {
    read,

    async replace({ version }, document) {
      const next = successorOf(version);
      const command = new PutSecretValueCommand({
        SecretId: arn,
        SecretString: JSON.stringify(document),
        ClientRequestToken: next,
      });
      await client.send(command, limit()).catch((error: unknown) => {
        throw failed(error);
      });
      // Writing the same value again is not an error, but does not make an older version the current one.
      const stored = await read();
      if (stored.version !== next) throw overtaken();
      return stored;
    },
  };
}

function successorOf(version: string): string {
  return createHash("sha256").update(`after ${version}`).digest("hex");
}

function failed(error: unknown): ServiceError {
  const name = error instanceof Error ? error.name : "";
  if (name === "ResourceExistsException") return overtaken();
  const reason = `key ring: ${describeForeignError(error)}`;
  return PERMANENT.has(name)
    ? new ServiceError("server_error", "The key ring cannot be read or changed.", { reason })
    : new ServiceError("retry_later", "The key ring is not available at the moment. Try again.", {
        reason,
      });
}

function overtaken(): ServiceError {
  return new ServiceError(
    "retry_later",
    "Another operator changed the key ring at the same time. Check its status and try again.",
    {
      reason: "key ring: overtaken",
    },
  );
}
