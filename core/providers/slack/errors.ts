import type { ErrorCode, ServiceError } from "../../errors.ts";
import { platformError } from "../request.ts";

/**
 * The meaning of Slack's error codes.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
const ERRORS = new Map<string, ErrorCode>([
  ["bad_client_secret", "provider_misconfigured"],
  ["invalid_client_id", "provider_misconfigured"],
  ["invalid_team_for_non_distributed_app", "provider_misconfigured"],
  ["pkce_not_allowed", "provider_misconfigured"],
  ["invalid_refresh_token", "reauthorization_required"],
  ["token_revoked", "reauthorization_required"],
  ["account_inactive", "reauthorization_required"],
  ["cannot_install_an_org_installed_app", "unsupported_install"],
  ["no_scopes", "missing_scope"],
  ["accesslimited", "provider_unavailable"],
  ["fatal_error", "provider_unavailable"],
  ["internal_error", "provider_unavailable"],
  ["request_timeout", "provider_unavailable"],
  ["service_unavailable", "provider_unavailable"],
  // The workspace is being moved to an Enterprise Grid organization.
  ["org_login_required", "provider_unavailable"],
  ["team_added_to_org", "provider_unavailable"],
  ["ratelimited", "provider_rate_limited"],
  ["rate_limited", "provider_rate_limited"],
]);

/**
 * The errors of a request with a bot token that mean that the bot has no access any more. `invalid_auth` is none
 * of them: Slack also returns it when the app has an IP allow-list and our address is not on it.
 *
 * @see [auth.test](https://docs.slack.dev/reference/methods/auth.test)
 */
const ENDED = new Set(["account_inactive", "token_revoked"]);

/** The errors after which, in Slack's words, some aspect of the operation may have succeeded. */
const UNCERTAIN = new Set(["fatal_error", "internal_error", "service_unavailable"]);

/** Returns whether an error means that the bot was uninstalled. */
export function isUninstalled(error: string): boolean {
  return ENDED.has(error);
}

/** Returns the error for a response with `ok: false`; `fallback` is for codes that are not in the table. */
export function slackError(error: string, fallback: ErrorCode): ServiceError {
  const outcome = UNCERTAIN.has(error) ? "unknown" : "none";
  return platformError("slack", ERRORS.get(error) ?? fallback, error, outcome);
}
