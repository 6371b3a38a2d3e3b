import { AuthorizationResponseError, validateAuthResponse } from "oauth4webapi";
import { type ErrorCode, ServiceError } from "../errors.ts";
import type { OAuthProvider } from "../ports/provider.ts";

const MAX_CODE_LENGTH = 1024;

/** What an `error` on the callback means for us; every other error is one that makes no sense. */
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

/** What a platform said on the callback: a code, or why there is none. */
export type CallbackResponse =
  | { readonly code: string; readonly error?: never }
  | { readonly error: ServiceError };

/**
 * Reads the query of a callback whose state is proven.
 *
 * @throws {ServiceError} `invalid_request`, `provider_error` for a callback that no platform would make
 * @see RFC 6749, section 4.1.2, and RFC 9207, section 2.4
 */
export function readCallbackResponse(
  { platform, issuer, clientId }: OAuthProvider,
  parameters: URLSearchParams,
): CallbackResponse {
  try {
    const state = parameters.get("state") ?? "";
    validateAuthResponse({ issuer }, { client_id: clientId }, parameters, state);
  } catch (error) {
    if (!(error instanceof AuthorizationResponseError)) {
      const message = `The callback did not come from ${platform}.`;
      throw new ServiceError("provider_error", message, { reason: "authorization response" });
    }
    const code = ERRORS.get(error.error) ?? "provider_error";
    return { error: new ServiceError(code, `${platform} did not authorize the install.`) };
  }

  const code = parameters.get("code") ?? "";
  if (code === "" || code.length > MAX_CODE_LENGTH) {
    throw new ServiceError("invalid_request", `${platform} sent no usable code.`);
  }
  return { code };
}
