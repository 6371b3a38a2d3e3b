import { AuthorizationResponseError, validateAuthResponse } from "oauth4webapi";
import { ServiceError } from "../errors.ts";
import { PLATFORMS } from "../platforms.ts";
import type { OAuthProvider } from "../ports/provider.ts";

/** @see RFC 6749, appendix A.11 (a code is printable ASCII) */
const CODE = /^[\x20-\x7e]{1,1024}$/;

const DENIED = "access_denied";

/**
 * The errors that are named in the log and counted by name; others are `other`. Anybody can open the callback
 * with any error: none is evidence of a mistake in our configuration, or of an outage of the platform.
 *
 * @see RFC 6749, section 4.1.2.1, and [Troubleshooting authorization request errors](https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors)
 */
const NAMED = new Set([
  DENIED,
  "application_suspended",
  "invalid_request",
  "invalid_scope",
  "redirect_uri_mismatch",
  "server_error",
  "temporarily_unavailable",
  "unauthorized_client",
  "unsupported_response_type",
]);

/** The authorization response on the callback: a code or an error. */
export type CallbackResponse =
  | { readonly code: string; readonly error?: never }
  | { readonly error: ServiceError };

/**
 * Parses the query of a callback whose state is proven.
 *
 * @throws {ServiceError} `invalid_request` without a usable code, or for another issuer
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
      throw new ServiceError("invalid_request", message, { reason: "authorization response" });
    }
    return { error: reportedError(displayName, error.error) };
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

function reportedError(displayName: string, error: string): ServiceError {
  const code = error === DENIED ? "access_denied" : "authorization_failed";
  const message = `${displayName} did not authorize the install.`;
  return new ServiceError(code, message, { reason: NAMED.has(error) ? error : "other" });
}
