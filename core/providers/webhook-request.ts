import { isUtf8 } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { parseJson } from "../json.ts";
import type { WebhookRequest } from "../ports/webhook.ts";
import { PlainText } from "../text.ts";

/** Customers put data of their own into some events, as deep as they like. */
const MAX_DEPTH = 100;

/** The action of an event. Any other value is dropped: the whole body is handed over anyway. */
export const Action = v.fallback(v.nullish(v.pipe(PlainText, v.maxLength(255)), null), null);

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
 * Returns the JSON of a request whose signature was verified: its body, or the field `payload` of its form.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function readPayload(request: WebhookRequest): string {
  return isForm(request) ? (readForm(request).payload ?? "") : readJsonBody(request);
}

/**
 * Returns the text of a JSON body whose signature was verified.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function readJsonBody({ headers, body }: WebhookRequest): string {
  if (!/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) {
    throw new ServiceError("unsupported_media_type", "The body must be application/json.");
  }
  return readText(body);
}

/**
 * Returns the fields of a form whose signature was verified, each of which occurs once.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function readForm(request: WebhookRequest): Readonly<Record<string, string>> {
  if (!isForm(request)) {
    throw new ServiceError("unsupported_media_type", "The body must be a form.");
  }
  const fields = [...new URLSearchParams(readText(request.body))];
  if (new Set(fields.map(([name]) => name)).size < fields.length) throw invalidBody();
  return Object.fromEntries(fields);
}

/**
 * Parses the text of a JSON object that a platform signed. Keys are unique, and `__proto__` is a key like any
 * other.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function parseSigned(text: string): object {
  const value = parseJson(text, { allowProto: true, maxDepth: MAX_DEPTH });
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw invalidBody();
  return value;
}

/**
 * Returns what a schema takes from a delivery.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function requireContent<const Schema extends v.GenericSchema>(
  schema: Schema,
  value: object,
): v.InferOutput<Schema> {
  const parsed = v.safeParse(schema, value);
  if (!parsed.success) throw invalidBody();
  return parsed.output;
}

/** Returns the error for a delivery that the platform signed for another app. */
export function otherApp(): ServiceError {
  const message = "The delivery is for another app.";
  return new ServiceError("invalid_request", message, { reason: "other app" });
}

/** Returns the id of a delivery that has none: a copy has the same bytes. */
export function hashOf({ body }: WebhookRequest): string {
  return `sha256-${createHash("sha256").update(body).digest("hex")}`;
}

function isForm({ headers }: WebhookRequest): boolean {
  const type = headers["content-type"] ?? "";
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(type);
}

function readText(body: Buffer): string {
  if (!isUtf8(body)) throw invalidBody();
  return body.toString("utf8");
}

function invalidBody(): ServiceError {
  return new ServiceError("invalid_request", "The body is not valid.");
}
