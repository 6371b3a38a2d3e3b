/** The codes of a failed lookup that Grantkeep returns. A later version may return others. */
export type LookupErrorCode =
  | "invalid_request"
  | "missing_scope"
  | "not_allowed"
  | "installation_not_found"
  | "installation_inactive"
  | "reauthorization_required"
  | "platform_not_configured"
  | "provider_error"
  | "provider_misconfigured"
  | "provider_rate_limited"
  | "provider_unavailable"
  | "decryption_failed"
  | "retry_later"
  | "server_error";

/**
 * The codes of failures between this client and `token-lookup`:
 *
 * - `invoke_failed`: Lambda did not run the function. `cause` is the error of the AWS SDK.
 * - `function_failed`: the function crashed or timed out.
 * - `unexpected_response`: the function returned something else than a token.
 *
 * and of `@grantkeep/client/events`:
 *
 * - `invalid_event`: what was received is not a delivery that Grantkeep put on the bus.
 * - `body_unavailable`: the large body of an event is not there any more, or is another one.
 */
export type ClientErrorCode =
  | "invoke_failed"
  | "function_failed"
  | "unexpected_response"
  | "invalid_event"
  | "body_unavailable";

/** Every code that an error can have, including those of later versions of Grantkeep. */
export type GrantkeepErrorCode = LookupErrorCode | ClientErrorCode | (string & {});

const RETRYABLE: ReadonlySet<string> = new Set([
  "retry_later",
  "provider_unavailable",
  "provider_rate_limited",
  "function_failed",
]);

/** The properties of a {@link GrantkeepError} beside its code and message. */
export interface GrantkeepErrorOptions extends ErrorOptions {
  readonly retryable?: boolean | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly field?: string | undefined;
}

/**
 * Reports why a lookup failed. It never contains a token.
 *
 * @example
 * ```ts
 * try {
 *   await grantkeep.token({ platform: "slack", organizationId: "T0ACME" });
 * } catch (error) {
 *   if (error instanceof GrantkeepError && error.code === "reauthorization_required") {
 *     await askCustomerToInstallAgain();
 *   }
 * }
 * ```
 */
export class GrantkeepError extends Error {
  override readonly name = "GrantkeepError";
  /** The cause of the failure, to branch on. */
  readonly code: GrantkeepErrorCode;
  /** Whether the same lookup may succeed later, without anybody's action. */
  readonly retryable: boolean;
  /** The number of seconds to wait before the next lookup, if Grantkeep knows it. */
  readonly retryAfterSeconds: number | undefined;
  /** The field of the request that is not valid. */
  readonly field: string | undefined;

  constructor(code: GrantkeepErrorCode, message: string, options: GrantkeepErrorOptions = {}) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = options.retryable ?? RETRYABLE.has(code);
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.field = options.field;
  }
}
