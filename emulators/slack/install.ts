import * as v from "valibot";
import { type RequestContext, readForm, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import type { SlackContext } from "./context.ts";
import { renderInstall } from "./install-page.ts";
import { ORGANIZATIONS, organizationOf, SlackOrganizationId } from "./organizations.ts";
import { resolveRedirectUri } from "./redirect-uri.ts";
import { findUnknown, parseScopes } from "./scopes.ts";

const InstallForm = v.object({
  request: v.string(),
  organization: SlackOrganizationId,
  optional: v.array(v.string()),
  decision: v.picklist(["allow", "cancel"]),
});

/**
 * Handles `GET /oauth/v2/authorize`: checks the request and shows the install page. Errors of the
 * request are shown on a page of Slack's, which does not redirect to the app.
 *
 * @see [Installing with OAuth](https://docs.slack.dev/authentication/installing-with-oauth)
 */
export function showInstall(slack: SlackContext, c: RequestContext): PageResponse {
  const { clientId, redirectUrls } = slack.registration;
  const query = c.req.query();
  if (query.client_id !== clientId) return renderError(c, "invalid_client_id");
  // The app is a confidential client; only a public one can use PKCE.
  if ("code_challenge" in query || "code_challenge_method" in query) {
    return renderError(c, "pkce_not_allowed");
  }

  const sentRedirectUri = query.redirect_uri;
  const redirectUri = resolveRedirectUri(redirectUrls, sentRedirectUri);
  if (redirectUri === undefined) return renderError(c, "bad_redirect_uri");

  const scopes = parseScopes(query.scope);
  const userScopes = parseScopes(query.user_scope);
  const unknown = findUnknown([...scopes, ...userScopes]);
  if (unknown.length > 0) return renderError(c, `invalid_scope (${unknown.join(", ")})`);
  if (scopes.length + userScopes.length === 0) return renderError(c, "no_scopes");

  const state = query.state ?? null;
  const request = { redirectUri, sentRedirectUri, state, scopes, userScopes };
  const { team } = query;
  const selected = organizationOf(v.is(SlackOrganizationId, team) ? team : ORGANIZATIONS[0].id);
  const choices = ORGANIZATIONS.includes(selected) ? ORGANIZATIONS : [selected, ...ORGANIZATIONS];
  return renderInstall(slack, c, { request, choices, selected });
}

/** Handles `POST /oauth/v2/authorize`: the person's decision, which can be made once. */
export function submitInstall(slack: SlackContext, c: RequestContext): PageResponse {
  const fields = readForm(c);
  const form = v.safeParse(InstallForm, {
    ...Object.fromEntries(fields),
    optional: fields.getAll("optional"),
  });
  const request = form.success ? slack.pending.take(form.output.request) : undefined;
  if (!form.success || !request) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: "Slack", title: "This request has ended", text });
  }

  const { redirectUri, state } = request;
  const { decision, organization, optional } = form.output;
  if (decision === "cancel") return redirectTo(redirectUri, { error: "access_denied", state });

  const { optionalScopes } = slack.registration;
  const isGranted = (scope: string) => !optionalScopes.includes(scope) || optional.includes(scope);
  const code = slack.codes.issue({
    ...request,
    scopes: request.scopes.filter(isGranted),
    userScopes: request.userScopes.filter(isGranted),
    organizationId: organization,
  });
  return redirectTo(redirectUri, { code, state });
}

function renderError(c: RequestContext, error: string): PageResponse {
  const text = `Something went wrong when authorizing this app. Error: ${error}`;
  return renderMessage(c, 400, { platform: "Slack", title: "Oh no!", text });
}
