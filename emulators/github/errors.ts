import { jsonResponse } from "../http.ts";

const MISMATCH = "The redirect_uri MUST match the registered callback URL for this application.";

/** @see [Authorization request errors](https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-authorization-request-errors) */
const AUTHORIZATION_ERRORS = {
  access_denied: "The user has denied your application access.",
  redirect_uri_mismatch: MISMATCH,
  // RFC 7636, section 4.4.1: GitHub does not document this error.
  invalid_request: "The code_challenge must be a SHA-256 and its code_challenge_method S256.",
};

/** @see [Access token request errors](https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors) */
const TOKEN_ERRORS = {
  incorrect_client_credentials: "The client_id and/or client_secret passed are incorrect.",
  redirect_uri_mismatch: MISMATCH,
  bad_verification_code: "The code passed is incorrect or expired.",
  bad_refresh_token: "The refresh token passed is incorrect or expired.",
  unsupported_grant_type: "The grant_type passed is not supported.",
};

/** The parameters of an error, for the callback and from the token endpoint. */
export interface OAuthError {
  readonly error: string;
  readonly error_description: string;
  readonly error_uri: string;
}

/** Creates an error for the callback. */
export function authorizationError(error: keyof typeof AUTHORIZATION_ERRORS): OAuthError {
  const page = "troubleshooting-authorization-request-errors";
  return toOAuthError(error, AUTHORIZATION_ERRORS[error], page);
}

/** Creates an error of the token endpoint, whose status is 200. */
export function tokenError(error: keyof typeof TOKEN_ERRORS): OAuthError {
  const page = "troubleshooting-oauth-app-access-token-request-errors";
  return toOAuthError(error, TOKEN_ERRORS[error], page);
}

/** One invalid field of a request. */
export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: "missing_field" | "invalid" | "custom";
  readonly message?: string;
}

/** Creates an error response of the REST API. */
export function restError(
  status: number,
  message: string,
  errors?: readonly FieldError[],
): Response {
  const documentation_url = "https://docs.github.com/rest";
  const body = { message, ...(errors && { errors }), documentation_url };
  return jsonResponse(status, { ...body, status: String(status) });
}

function toOAuthError(error: string, error_description: string, page: string): OAuthError {
  const anchor = error.replaceAll("_", "-");
  const error_uri = `https://docs.github.com/apps/managing-oauth-apps/${page}/#${anchor}`;
  return { error, error_description, error_uri };
}
