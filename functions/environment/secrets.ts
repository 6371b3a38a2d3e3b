import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describeForeignError, ServiceError } from "../../core/errors.ts";

const FRESH_MS = 300_000;
/** How long a known value is used while Secrets Manager is unavailable. */
const STALE_MS = 3_600_000;
/** Limits the reloads that an attacker can cause with texts that name an unknown key. */
const MIN_RELOAD_INTERVAL_MS = 10_000;
const READ_TIMEOUT_MS = 2_500;
/** After a failed read, callers receive the known value without another attempt for this long. */
const RETRY_AFTER_MS = 30_000;

/** The secret does not exist, or this function may not read it. A retry does not help. */
const PERMANENT = new Set(["ResourceNotFoundException", "AccessDeniedException"]);

interface Entry {
  readonly text: string;
  readonly readAt: number;
  /** When it last failed to be read again, or 0. */
  readonly failedAt: number;
}

/** Reads secrets by ARN, with a cache in memory. */
export interface SecretReader {
  /**
   * Returns the text of a secret. With `reload`, it is at most ten seconds old.
   *
   * @throws {ServiceError} `retry_later`, or `server_error` if a retry cannot help
   */
  read(arn: string, options?: { reload?: boolean }): Promise<string>;
}

/** Creates a reader that sends one request to Secrets Manager for concurrent callers. */
export function createSecretReader(): SecretReader {
  const client = new SecretsManagerClient({ maxAttempts: 2 });
  const entries = new Map<string, Entry>();
  const pending = new Map<string, Promise<string>>();

  async function fetchSecret(arn: string): Promise<string> {
    try {
      const { SecretString: text } = await client.send(
        new GetSecretValueCommand({ SecretId: arn }),
        {
          abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS),
        },
      );
      if (text === undefined) throw new Error("The secret is binary.");
      entries.set(arn, { text, readAt: Date.now(), failedAt: 0 });
      return text;
    } catch (error) {
      const known = entries.get(arn);
      if (!known || Date.now() - known.readAt >= STALE_MS) throw unreadable(error);
      entries.set(arn, { ...known, failedAt: Date.now() });
      return known.text;
    } finally {
      pending.delete(arn);
    }
  }

  return {
    async read(arn, { reload = false } = {}) {
      const known = entries.get(arn);
      const maxAgeMs = reload ? MIN_RELOAD_INTERVAL_MS : FRESH_MS;
      const now = Date.now();
      if (known && now - known.readAt < maxAgeMs) return known.text;
      const hasJustFailed = known && now - known.failedAt < RETRY_AFTER_MS;
      if (hasJustFailed && now - known.readAt < STALE_MS) return known.text;

      const reading = pending.get(arn) ?? fetchSecret(arn);
      pending.set(arn, reading);
      return reading;
    },
  };
}

function unreadable(error: unknown): ServiceError {
  const reason = `secret: ${describeForeignError(error)}`;
  const isPermanent = error instanceof Error && PERMANENT.has(error.name);
  return isPermanent
    ? new ServiceError("server_error", "A secret of this service cannot be read.", { reason })
    : new ServiceError("retry_later", "A secret cannot be read at the moment. Try again.", {
        reason,
      });
}
