import type { WebhookRequest } from "../../ports/webhook.ts";
import { invalidSignature, verifyHmac } from "../webhook-request.ts";

const SIGNATURE_HEADER = "x-slack-signature";
const TIMESTAMP_HEADER = "x-slack-request-timestamp";
const MAX_AGE_SECONDS = 300;

/**
 * Verifies that Slack signed a request in the last five minutes.
 *
 * @throws {ServiceError} `invalid_signature`
 * @see [Verifying requests from Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack)
 */
export function verifySlackSignature(
  secret: string,
  { headers, body }: WebhookRequest,
  now: Date,
): void {
  const timestamp = headers[TIMESTAMP_HEADER];
  if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
    throw invalidSignature("timestamp");
  }
  const ageSeconds = now.getTime() / 1000 - Number(timestamp);
  if (Math.abs(ageSeconds) > MAX_AGE_SECONDS) throw invalidSignature("stale");

  const parts = [`v0:${timestamp}:`, body];
  verifyHmac(secret, parts, { prefix: "v0=", signature: headers[SIGNATURE_HEADER] });
}
