import * as v from "valibot";
import { ScopeText } from "../../scopes.ts";
import { OpaqueText, PlainText } from "../../text.ts";
import { LifetimeSeconds } from "../token-lifetime.ts";

const TeamOrEnterprise = v.object({ id: v.string(), name: v.optional(PlainText, "") });

/**
 * A bot install: its token type is `bot`, and `team` is null when a whole enterprise installed it.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
export const SlackTokenResponse = v.pipe(
  v.object({
    ok: v.literal(true),
    access_token: OpaqueText,
    token_type: v.literal("bot"),
    scope: ScopeText,
    bot_user_id: v.optional(v.string()),
    app_id: v.optional(v.string()),
    team: v.nullish(TeamOrEnterprise, null),
    enterprise: v.nullish(TeamOrEnterprise, null),
    is_enterprise_install: v.optional(v.boolean(), false),
    /** Missing when a token is renewed. */
    authed_user: v.optional(v.object({ id: v.string() })),
    refresh_token: v.optional(OpaqueText),
    expires_in: v.optional(LifetimeSeconds),
  }),
  v.transform(({ scope, ...response }) => ({
    ...response,
    scopes: scope,
    teamId: response.team?.id ?? null,
    teamName: response.team?.name ?? null,
  })),
);
export type SlackTokenResponse = v.InferOutput<typeof SlackTokenResponse>;
