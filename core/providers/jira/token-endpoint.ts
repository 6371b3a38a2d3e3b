import * as v from "valibot";
import { ScopeText } from "../../scopes.ts";
import { OpaqueText } from "../../text.ts";
import { LifetimeSeconds } from "../token-lifetime.ts";

/**
 * Tokens of a 3LO grant. Atlassian documents neither `token_type` nor, without `offline_access`, a
 * refresh token.
 *
 * @see [OAuth 2.0 (3LO) apps](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/)
 */
export const JiraTokenResponse = v.pipe(
  v.object({
    access_token: OpaqueText,
    token_type: v.optional(v.string()),
    expires_in: LifetimeSeconds,
    scope: v.optional(ScopeText, ""),
    refresh_token: v.optional(OpaqueText),
  }),
  v.transform(({ scope, ...response }) => ({ ...response, scopes: scope })),
);
export type JiraTokenResponse = v.InferOutput<typeof JiraTokenResponse>;
