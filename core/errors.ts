/** Every way in which Grantkeep can fail. The codes are part of the API: callers branch on them. */
export type ErrorCode =
  | "invalid_request"
  | "invalid_redirect_uri"
  | "invalid_state"
  | "access_denied"
  | "exchange_failed"
  | "missing_scope"
  | "unsupported_install"
  | "invalid_signature"
  | "installation_not_verified"
  | "unknown_platform"
  | "installation_not_found"
  | "duplicate_installation"
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

/**
 * The only error that callers see: a code, and a sentence without secrets.
 *
 * It has no `cause` on purpose: errors of postgres.js, valibot and fetch quote the values they were
 * given. What an operator needs is in `reason`, a short word of ours that is logged and never answered.
 */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly reason: string | undefined;
  /** How long the platform asked us to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { reason?: string | undefined; retryAfterSeconds?: number | undefined } = {},
  ) {
    super(message);
    this.name = code;
    this.code = code;
    this.reason = options.reason;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** An error as one of ours: of any other, only its class and machine code are kept. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return new ServiceError("server_error", "Something went wrong here.", {
    reason: describeForeignError(error),
  });
}

/** Whether an error is a `ServiceError` with this code. */
export function isServiceError(error: unknown, code: ErrorCode): boolean {
  return error instanceof ServiceError && error.code === code;
}

/** Returns the `installation_not_found` error. */
export function notFound(): ServiceError {
  return new ServiceError("installation_not_found", "There is no such installation.");
}

/**
 * What may be logged of an error that is not ours: its class and its machine code.
 *
 * Its message may hold a row, a token or a query, and is dropped.
 */
export function describeForeignError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return /^[A-Z0-9_]{1,40}$/.test(code) ? `${error.name} ${code}` : error.name;
}
