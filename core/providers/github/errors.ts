import * as v from "valibot";
import { type ErrorCode, ServiceError } from "../../errors.ts";
import {
  type PlatformResponse,
  platformError,
  rateLimited,
  readRetryAfter,
  unexpectedResponse,
} from "../request.ts";

/**
 * The meaning of the errors of GitHub's token endpoint.
 *
 * @see [Troubleshooting OAuth app access token request errors](https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors)
 */
const ERRORS = new Map<string, ErrorCode>([
  ["application_suspended", "provider_misconfigured"],
  ["bad_refresh_token", "reauthorization_required"],
  ["incorrect_client_credentials", "provider_misconfigured"],
  ["unsupported_grant_type", "provider_misconfigured"],
  ["Not Found", "provider_misconfigured"],
]);

/** In the message of a primary or a secondary rate limit. */
const LIMIT = /rate limit/i;

/** GitHub asks to wait at least a minute if a secondary rate limit comes without a time. */
const SECONDARY_LIMIT_SECONDS = 60;

/** The body of every error of the REST API. A proxy, or another server at this URL, does not return it. */
const ApiErrorBody = v.object({ message: v.string(), documentation_url: v.string() });

/** Returns whether a response is an error of GitHub itself. */
export function isGithubError({ body }: PlatformResponse): boolean {
  return v.is(ApiErrorBody, body);
}

/** Returns whether a response reports a rate limit. A 403 without one is about permissions. */
export function isRateLimited({ status, headers, body }: PlatformResponse): boolean {
  if (status !== 403) return false;
  const isUsedUp = headers.get("x-ratelimit-remaining") === "0";
  if (isUsedUp || readRetryAfter(headers) !== undefined) return true;
  const error = v.safeParse(ApiErrorBody, body);
  return error.success && LIMIT.test(error.output.message);
}

/** Returns the error for a token request that failed; `fallback` is for errors that are not in the table. */
export function githubTokenError(error: string, fallback: ErrorCode): ServiceError {
  return platformError("github", ERRORS.get(error) ?? fallback, error);
}

/**
 * Returns the error for a response of the REST API that is not a success.
 *
 * @see [Rate limits](https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api)
 */
export function githubApiError(response: PlatformResponse): ServiceError {
  const { status, headers } = response;
  const reason = `status ${status}`;
  if (isRateLimited(response)) {
    return rateLimited("github", reason, readRetryAfter(headers) ?? SECONDARY_LIMIT_SECONDS);
  }
  if (status === 401) {
    const message = "GitHub rejected the app's credentials.";
    return new ServiceError("provider_misconfigured", message, { reason, outcome: "none" });
  }
  return unexpectedResponse("github", reason, status);
}
