/** The error codes. They are part of the API: callers branch on them. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_redirect_uri"
  | "invalid_state"
  | "access_denied"
  | "authorization_failed"
  | "exchange_failed"
  | "missing_scope"
  | "unsupported_install"
  | "shared_account"
  | "invalid_signature"
  | "installation_not_verified"
  | "not_allowed"
  | "unknown_platform"
  | "installation_not_found"
  | "install_link_not_found"
  | "duplicate_installation"
  | "installation_bound_elsewhere"
  | "installation_inactive"
  | "reauthorization_required"
  | "too_large"
  | "unsupported_media_type"
  | "provider_rate_limited"
  | "decryption_failed"
  | "server_error"
  | "provider_error"
  | "provider_misconfigured"
  | "platform_not_configured"
  | "provider_unavailable"
  | "retry_later";

interface ServiceErrorOptions {
  readonly reason?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly outcome?: "none" | "unknown";
  readonly field?: string | undefined;
}

/**
 * The only error that callers see: a code and a message without secrets.
 *
 * It has no `cause`, because errors of postgres.js, valibot and fetch quote the values they were given.
 * `reason` is a short text for the operator, e.g. `invalid_grant`: it is logged and never returned.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  /** When a failure may have passed: the `Retry-After` of the platform, or our own cool-down. */
  readonly retryAfterSeconds: number | undefined;
  /**
   * Whether a request to a platform may have had an effect. `none` is certain: it was not sent, or the
   * platform rejected it. `unknown` is everything else, e.g. no response.
   */
  readonly outcome: "none" | "unknown";
  /** The field of a request that is not valid, by its path, e.g. `require.scopes`. */
  readonly field: string | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    { reason, retryAfterSeconds, outcome = "unknown", field }: ServiceErrorOptions = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
    this.outcome = outcome;
    this.field = field;
  }
}

/** Returns the error itself if it is a `ServiceError`, else a `server_error` with its class and code. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError("server_error", "Internal error.", {
    reason: describeForeignError(error),
  });
}

/** Returns whether an error is a `ServiceError` with this code. */
export function isServiceError(error: unknown, code: ErrorCode): boolean {
  return error instanceof ServiceError && error.code === code;
}

/** Returns the same error, after a request that was certainly not sent, or that had no effect. */
export function withoutEffect(error: ServiceError): ServiceError {
  const { code, message, reason, retryAfterSeconds } = error;
  return new ServiceError(code, message, { reason, retryAfterSeconds, outcome: "none" });
}

/** Returns the `installation_not_found` error. */
export function notFound(): ServiceError {
  return new ServiceError("installation_not_found", "There is no such installation.");
}

/**
 * Returns the class and code of an error that is not a `ServiceError`, for the log.
 *
 * Omits its message, which may contain a row, a token or a query.
 */
export function describeForeignError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `${error.name} ${code}` : error.name;
}
