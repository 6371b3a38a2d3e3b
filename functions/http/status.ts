import type { ErrorCode } from "../../core/errors.ts";

/** The HTTP status of each error code. A new code does not compile until it has one. */
export const STATUS: Record<ErrorCode, number> = {
  invalid_request: 400,
  invalid_redirect_uri: 400,
  invalid_state: 400,
  access_denied: 400,
  exchange_failed: 400,
  missing_scope: 400,
  unsupported_install: 400,
  invalid_signature: 401,
  installation_not_verified: 403,
  unknown_platform: 404,
  installation_not_found: 404,
  duplicate_installation: 409,
  installation_inactive: 409,
  reauthorization_required: 409,
  too_large: 413,
  unsupported_media_type: 415,
  provider_rate_limited: 429,
  decryption_failed: 500,
  server_error: 500,
  provider_error: 502,
  provider_misconfigured: 502,
  platform_not_configured: 503,
  provider_unavailable: 503,
  retry_later: 503,
};
