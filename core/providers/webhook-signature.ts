import { createHmac, timingSafeEqual } from "node:crypto";
import { ServiceError } from "../errors.ts";

const MAX_AGE_SECONDS = 300;

/**
 * Checks that GitHub signed these bytes.
 *
 * @throws {ServiceError} `invalid_signature`
 * @see [Validating webhook deliveries](https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries)
 */
export function verifyGithubSignature(
  secret: string,
  body: Buffer,
  signature: string | undefined,
): void {
  const expected = `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`;
  if (!isSame(signature, expected)) throw invalidSignature("signature");
}

/**
 * Checks that Slack signed these bytes, less than five minutes ago.
 *
 * @throws {ServiceError} `invalid_signature`
 * @see [Verifying requests from Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack)
 */
export function verifySlackSignature(
  secret: string,
  body: Buffer,
  { signature, timestamp }: { signature: string | undefined; timestamp: string | undefined },
  now: Date,
): void {
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) throw invalidSignature("timestamp");
  const ageSeconds = now.getTime() / 1000 - Number(timestamp);
  if (Math.abs(ageSeconds) > MAX_AGE_SECONDS) throw invalidSignature("stale");

  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  if (!isSame(signature, `v0=${digest}`)) throw invalidSignature("signature");
}

function isSame(actual: string | undefined, expected: string): boolean {
  const [one, other] = [Buffer.from(actual ?? ""), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function invalidSignature(reason: string): ServiceError {
  return new ServiceError("invalid_signature", "The request is not signed by the platform.", {
    reason,
  });
}
