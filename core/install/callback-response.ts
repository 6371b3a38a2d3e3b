import { AuthorizationResponseError, validateAuthResponse } from "oauth4webapi";
import { type ErrorCode, ServiceError } from "../errors.ts";
import { PLATFORMS } from "../platforms.ts";
import type { OAuthProvider } from "../ports/provider.ts";

/** @see RFC 6749, appendix A.11 (a code is printable ASCII) */
const CODE = /^[\x20-\x7e]{1,1024}$/;

/** The codes for the `error` parameter of a callback. Every other error is a `provider_error`. */
const ERRORS = new Map<string, ErrorCode>([
  ["access_denied", "access_denied"],
  ["application_suspended", "provider_misconfigured"],
  ["invalid_client", "provider_misconfigured"],
  ["invalid_scope", "provider_misconfigured"],
  ["redirect_uri_mismatch", "provider_misconfigured"],
  ["unauthorized_client", "provider_misconfigured"],
  ["server_error", "provider_unavailable"],
  ["temporarily_unavailable", "provider_unavailable"],
]);

/** The authorization response on the callback: a code or an error. */
export type CallbackResponse =
  | { readonly code: string; readonly error?: never }
  | { readonly error: ServiceError };

/**
 * Parses the query of a callback whose state is proven.
 *
 * @throws {ServiceError} `invalid_request` without a usable code, `provider_error` for another issuer
 * @see RFC 6749, section 4.1.2, and RFC 9207, section 2.4
 */
export function readCallbackResponse(
  { platform, issuer, clientId }: OAuthProvider,
  parameters: URLSearchParams,
): CallbackResponse {
  const { displayName } = PLATFORMS[platform];
  try {
    const state = parameters.get("state") ?? "";
    validateAuthResponse({ issuer }, { client_id: clientId }, parameters, state);
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) {
      const message = `The callback was not sent by ${displayName}.`;
      throw new ServiceError("provider_error", message, { reason: "authorization response" });
    }
    const code = ERRORS.get(error.error) ?? "provider_error";
    return { error: new ServiceError(code, `${displayName} did not authorize the install.`) };
  }

  const code = parameters.get("code") ?? "";
  if (!CODE.test(code)) {
    throw new ServiceError(
      "invalid_request",
      `The callback has no valid code from ${displayName}.`,
    );
  }
  return { code };
}
