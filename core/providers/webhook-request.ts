import { isUtf8 } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { WebhookRequest } from "../ports/webhook.ts";

/**
 * Verifies a signature that consists of a prefix and the HMAC-SHA256 of the signed parts, in hexadecimal.
 *
 * @throws {ServiceError} `invalid_signature`
 */
export function verifyHmac(
  secret: string,
  parts: readonly (string | Buffer)[],
  { prefix, signature }: { prefix: string; signature: string | undefined },
): void {
  const hmac = createHmac("sha256", secret);
  for (const part of parts) hmac.update(part);
  const expected = Buffer.from(prefix + hmac.digest("hex"));
  const actual = Buffer.from(signature ?? "");
  const isEqual = actual.length === expected.length && timingSafeEqual(actual, expected);
  if (!isEqual) throw invalidSignature("signature");
}

/** Returns the error for a request that the platform did not sign, or signed too long ago. */
export function invalidSignature(reason: string): ServiceError {
  const message = "The request is not signed by the platform.";
  return new ServiceError("invalid_signature", message, { reason });
}

/**
 * Parses the JSON object in the body of a request whose signature was verified.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function parseSignedJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  { headers, body }: WebhookRequest,
): v.InferOutput<Schema> {
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    throw new ServiceError("unsupported_media_type", "The body must be application/json.");
  }
  const value = isUtf8(body) ? parseJson(body.toString("utf8"), { allowProto: true }) : undefined;
  const parsed = v.safeParse(schema, value);
  // To valibot, a list is an object without fields.
  if (Array.isArray(value) || !parsed.success) {
    throw new ServiceError("invalid_request", "The body is not valid.");
  }
  return parsed.output;
}
