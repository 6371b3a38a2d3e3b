import type { RequestContext } from "../http.ts";
import { readTokenRequest, type TokenFields } from "../token-request.ts";
import type { SlackContext } from "./context.ts";
import {
  botUserIdOf,
  organizationOf,
  type SlackOrganization,
  toTeamFields,
} from "./organizations.ts";
import { findClientError } from "./registration.ts";
import { slackError, slackSuccess } from "./responses.ts";
import { botOf, holderOf, installerOf, issueToken } from "./tokens.ts";

/**
 * Handles `POST /api/oauth.v2.access`. The status is 200 for errors too.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
export function handleTokenRequest(slack: SlackContext, c: RequestContext): Response {
  const { fields, client } = readTokenRequest(c);
  const clientError = findClientError(slack.registration, client);
  if (clientError) return slackError(clientError);

  switch (fields.grant_type) {
    case "authorization_code":
      return exchangeCode(slack, fields);
    case "refresh_token":
      return refresh(slack, fields);
    default:
      return slackError("invalid_grant_type");
  }
}

function exchangeCode(
  slack: SlackContext,
  { code, redirect_uri, code_verifier }: TokenFields,
): Response {
  if (code_verifier !== undefined) return slackError("pkce_not_allowed");
  const install = slack.codes.take(code);
  if (!install) return slackError("invalid_code");

  const { sentRedirectUri, redirectUri } = install;
  const isLeftOut = sentRedirectUri === undefined && redirect_uri === undefined;
  if (!isLeftOut && redirect_uri !== redirectUri) return slackError("bad_redirect_uri");

  const { scopes, userScopes } = install;
  const organization = organizationOf(install.organizationId);
  const user = userScopes.length > 0 && issueToken(slack, installerOf(organization), userScopes);
  return slackSuccess({
    ...(scopes.length > 0 && issueBotToken(slack, organization, scopes)),
    app_id: slack.registration.appId,
    ...toTeamFields(organization),
    authed_user: { id: organization.installerId, ...user },
    ...(scopes.includes("incoming-webhook") && { incoming_webhook: toWebhook(organization) }),
  });
}

/** Returns only the token that was refreshed, of the bot or a person; the old one stays valid. */
function refresh(slack: SlackContext, { refresh_token }: TokenFields): Response {
  const { tokens, registration, clock } = slack;
  const used = tokens.findByRefreshToken(refresh_token);
  if (used?.clientId !== registration.clientId) return slackError("invalid_refresh_token");

  if (used.refreshTokenExpiresAt === null) {
    const refreshTokenExpiresAt = clock.now() + slack.settings().graceSeconds * 1000;
    tokens.add({ ...used, refreshTokenExpiresAt });
  }
  const holder = holderOf(used);
  return slackSuccess({
    ...issueToken(slack, holder, used.scopes),
    ...(holder.kind === "bot" && { bot_user_id: holder.userId }),
    app_id: registration.appId,
    ...toTeamFields(holder.organization),
  });
}

function issueBotToken(
  slack: SlackContext,
  organization: SlackOrganization,
  scopes: readonly string[],
) {
  const token = issueToken(slack, botOf(organization), scopes);
  return { ...token, bot_user_id: botUserIdOf(organization) };
}

/** @see [Incoming webhooks](https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks) */
function toWebhook({ id }: SlackOrganization) {
  return {
    channel: "#general",
    channel_id: `C0GENERAL${id.slice(1)}`,
    configuration_url: `https://slack.example.invalid/services/${id}`,
    url: `https://hooks.slack.example.invalid/services/${id}`,
  };
}
