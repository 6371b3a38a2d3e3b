import * as v from "valibot";
import type { ErrorCode, ServiceError } from "../../errors.ts";
import { platformError } from "../request.ts";

type GrantType = "authorization_code" | "refresh_token";

/** The meaning of the errors of Atlassian's token endpoint. Atlassian documents only some of them. */
const ERRORS = new Map<string, ErrorCode>([
  // The client secret is wrong.
  ["access_denied", "provider_misconfigured"],
  ["invalid_client", "provider_misconfigured"],
  // For a refresh, see `isTokenInvalid`.
  ["unauthorized_client", "provider_misconfigured"],
]);

/** The meaning of other errors for a refresh. In an exchange, `invalid_grant` is about the code. */
const REFRESH_ERRORS = new Map<string, ErrorCode>([["invalid_grant", "reauthorization_required"]]);

const Failure = v.object({
  error: v.string(),
  error_description: v.optional(v.string(), ""),
});

/**
 * Returns the error that the body of a response stands for. The body tells it, not the status: for an
 * invalid refresh token, Atlassian returns 400 or 403.
 */
export function findJiraError(body: unknown, grantType: GrantType): ServiceError | undefined {
  const failure = v.safeParse(Failure, body);
  if (!failure.success) return undefined;
  const { error } = failure.output;
  if (grantType === "authorization_code") {
    return platformError("jira", ERRORS.get(error) ?? "exchange_failed", error);
  }
  const known = isTokenInvalid(failure.output) ? "invalid_grant" : error;
  const code = REFRESH_ERRORS.get(known) ?? ERRORS.get(known) ?? "provider_error";
  return platformError("jira", code, error);
}

/** For an invalid refresh token, Atlassian also returns `unauthorized_client`, with a description. */
function isTokenInvalid({ error, error_description }: v.InferOutput<typeof Failure>): boolean {
  return error === "unauthorized_client" && /refresh_token/i.test(error_description);
}
