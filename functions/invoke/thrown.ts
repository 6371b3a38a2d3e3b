import type { ErrorCode, ServiceError } from "../../core/errors.ts";
import type { InvokeErrorMessage } from "./responses.ts";

/** After this time, a caller may try again if the failure does not carry a time of its own. */
const DEFAULT_RETRY_SECONDS = 2;

/** The codes of failures that pass by themselves. */
const TEMPORARY: ReadonlySet<ErrorCode> = new Set([
  "retry_later",
  "provider_rate_limited",
  "provider_unavailable",
]);

/**
 * Returns the error that Lambda reports to the caller: a failure has no other field than its message, which is
 * therefore JSON. It has no stack, which Lambda would return and log.
 */
export function toThrown({ code, message, field, retryAfterSeconds }: ServiceError): Error {
  const seconds = retryAfterSeconds ?? (TEMPORARY.has(code) ? DEFAULT_RETRY_SECONDS : undefined);
  const body: InvokeErrorMessage = {
    message,
    ...(seconds !== undefined && { retry_after_seconds: Math.max(1, Math.ceil(seconds)) }),
    ...(field !== undefined && { field }),
  };
  const thrown = new Error(JSON.stringify(body));
  thrown.name = code;
  thrown.stack = `${code}: ${message}`;
  return thrown;
}
