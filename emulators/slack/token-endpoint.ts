import type { PlatformRequest, Reply } from "../http.ts";
import { readTokenRequest, type TokenFields } from "../token-request.ts";
import type { SlackContext } from "./context.ts";
import { botUserIdOf, organizationOf, type SlackOrganization, toPlace } from "./organizations.ts";
import { findClientError } from "./registration.ts";
import { fail, succeed } from "./responses.ts";
import { botOf, holderOf, installerOf, issueToken } from "./tokens.ts";

/**
 * `POST /api/oauth.v2.access`: HTTP 200, whether it worked or not.
 *
 * @see [oauth.v2.access](https://docs.slack.dev/reference/methods/oauth.v2.access)
 */
export function accessOAuth(slack: SlackContext, request: PlatformRequest): Reply {
  const { fields, client } = readTokenRequest(request);
  const clientError = findClientError(slack.registration, client);
  if (clientError) return fail(clientError);

  switch (fields.grant_type) {
    case "authorization_code":
      return exchangeCode(slack, fields);
    case "refresh_token":
      return refresh(slack, fields);
    default:
      return fail("invalid_grant_type");
  }
}

function exchangeCode(
  slack: SlackContext,
  { code, redirect_uri, code_verifier }: TokenFields,
): Reply {
  if (code_verifier !== undefined) return fail("pkce_not_allowed");
  const install = slack.codes.take(code);
  if (!install) return fail("invalid_code");

  const { sentRedirectUri, redirectUri } = install;
  const isLeftOut = sentRedirectUri === null && redirect_uri === undefined;
  if (!isLeftOut && redirect_uri !== redirectUri) return fail("bad_redirect_uri");

  const { scopes, userScopes } = install;
  const organization = organizationOf(install.organizationId);
  const user = userScopes.length > 0 && issueToken(slack, installerOf(organization), userScopes);
  return succeed({
    ...(scopes.length > 0 && toBotAnswer(slack, organization, scopes)),
    app_id: slack.registration.appId,
    ...toPlace(organization),
    authed_user: { id: organization.installerId, ...user },
    ...(scopes.includes("incoming-webhook") && { incoming_webhook: toWebhook(organization) }),
  });
}

/** Only the token of the bot, or of the person, that was refreshed; the old access token lives on. */
function refresh(slack: SlackContext, { refresh_token }: TokenFields): Reply {
  const { tokens, registration, clock } = slack;
  const spent = tokens.findByRefreshToken(refresh_token);
  if (spent?.clientId !== registration.clientId) return fail("invalid_refresh_token");

  if (spent.refreshTokenExpiresAt === null) {
    const refreshTokenExpiresAt = clock.now() + slack.settings().graceSeconds * 1000;
    tokens.add({ ...spent, refreshTokenExpiresAt });
  }
  const holder = holderOf(spent);
  return succeed({
    ...issueToken(slack, holder, spent.scopes),
    ...(holder.kind === "bot" && { bot_user_id: holder.userId }),
    app_id: registration.appId,
    ...toPlace(holder.organization),
  });
}

function toBotAnswer(
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
