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

/** The secret is not there, may not be used by this function, or takes no new value: trying again will not help. */
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
 * Keeps a ring in its secret, by compare-and-set.
 *
 * Secrets Manager has none of its own, but refuses a second value for a version that exists: each version
 * names the one after it, so that of two who have read the same one, only one writes.
 *
 * @see [PutSecretValue](https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html)
 */
export function createKeyRingStore(arn: string): KeyRingStore {
  const client = new SecretsManagerClient({ maxAttempts: 2 });
  const limit = () => ({ abortSignal: AbortSignal.timeout(CALL_TIMEOUT_MS) });

  async function read(): Promise<StoredKeyRing> {
    const answer = await client
      .send(new GetSecretValueCommand({ SecretId: arn }), limit())
      .catch((error: unknown) => {
        throw failed(error);
      });
    const { SecretString, VersionId, CreatedDate } = v.parse(SecretValue, answer);
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
      // The same value once more is no error, and changes nothing when it is not the current one any more.
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
    : new ServiceError("retry_later", "The key ring cannot be reached now. Try again.", { reason });
}

function overtaken(): ServiceError {
  return new ServiceError("retry_later", "Somebody else has changed the key ring. Look again.", {
    reason: "key ring: overtaken",
  });
}
