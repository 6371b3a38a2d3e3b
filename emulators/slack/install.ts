import * as v from "valibot";
import { type PlatformRequest, type Reply, redirect } from "../http.ts";
import { messagePage } from "../page.ts";
import type { InstallRequest, SlackContext } from "./context.ts";
import { installPage } from "./install-page.ts";
import { GRID, ORGANIZATIONS, OrganizationId, organizationOf } from "./organizations.ts";
import { resolveRedirectUri } from "./redirect-uri.ts";
import { parseScopes } from "./scopes.ts";

const DEFAULT_SCOPE = "chat:write";

const InstallForm = v.object({
  request: v.string(),
  organization: OrganizationId,
  optional: v.array(v.string()),
  decision: v.picklist(["allow", "cancel"]),
});

/**
 * `GET /oauth/v2/authorize`: checks a request and asks a person. What is wrong with the request stays
 * on a page of Slack's: nothing goes back to the app.
 *
 * @see [Installing with OAuth](https://docs.slack.dev/authentication/installing-with-oauth)
 */
export function authorize(slack: SlackContext, { query }: PlatformRequest): Reply {
  const { clientId, redirectUrls } = slack.registration;
  if (query.get("client_id") !== clientId) return errorPage("invalid_client_id");
  // The app is a confidential client; only a public one may use PKCE.
  if (query.has("code_challenge") || query.has("code_challenge_method")) {
    return errorPage("pkce_not_allowed");
  }

  const sentRedirectUri = query.get("redirect_uri");
  const redirectUri = resolveRedirectUri(redirectUrls, sentRedirectUri);
  if (redirectUri === undefined) return errorPage("bad_redirect_uri");

  const scopes = parseScopes(query.get("scope"));
  const userScopes = parseScopes(query.get("user_scope"));
  if (!scopes || !userScopes) return errorPage("invalid_scope");
  if (scopes.length + userScopes.length === 0) return errorPage("no_scopes");

  const request = { redirectUri, sentRedirectUri, state: query.get("state"), scopes, userScopes };
  const team = query.get("team");
  const selected = organizationOf(v.is(OrganizationId, team) ? team : ORGANIZATIONS[0].id);
  const choices = ORGANIZATIONS.includes(selected) ? ORGANIZATIONS : [selected, ...ORGANIZATIONS];
  return installPage(slack, { request, choices, selected, isAdminPage: false });
}

/**
 * `GET /admin/install`: an organization's own admin page, from which an install comes back without
 * the state that the app never gave. Slack reads the scopes from the app's manifest, this page from
 * the query.
 *
 * @see [bolt-js issue 1101](https://github.com/slackapi/bolt-js/issues/1101)
 */
export function startAsAdmin(slack: SlackContext, { query }: PlatformRequest): Reply {
  const scopes = parseScopes(query.get("scope") ?? DEFAULT_SCOPE);
  if (!scopes) return errorPage("invalid_scope");

  if (scopes.length === 0) return errorPage("no_scopes");

  const [redirectUri] = slack.registration.redirectUrls;
  const request = { redirectUri, sentRedirectUri: null, state: null, scopes, userScopes: [] };
  const selected = organizationOf(GRID.id);
  const choices = [selected];
  return installPage(slack, { request, choices, selected, isAdminPage: true });
}

/** `POST /oauth/v2/authorize`: the person's decision, which counts once. */
export function decide(slack: SlackContext, { body }: PlatformRequest): Reply {
  const fields = new URLSearchParams(body);
  const form = v.safeParse(InstallForm, {
    ...Object.fromEntries(fields),
    optional: fields.getAll("optional"),
  });
  const request = form.success ? slack.pending.take(form.output.request) : undefined;
  if (!form.success || !request) {
    const text = "It was answered before, or is too old. Go back to the app and start again.";
    return messagePage(400, { platform: "Slack", title: "This request is over", text });
  }

  const { decision, organization, optional } = form.output;
  if (decision === "cancel") return toApp(request, { error: "access_denied" });

  const { optionalScopes } = slack.registration;
  const isGranted = (scope: string) => !optionalScopes.includes(scope) || optional.includes(scope);
  const code = slack.codes.issue({
    ...request,
    scopes: request.scopes.filter(isGranted),
    userScopes: request.userScopes.filter(isGranted),
    organizationId: organization,
  });
  return toApp(request, { code });
}

function toApp(
  { redirectUri, state }: InstallRequest,
  answer: { code: string } | { error: string },
): Reply {
  const location = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, state })) {
    if (value !== null) location.searchParams.set(name, value);
  }
  return redirect(location);
}

function errorPage(error: string): Reply {
  const text = `Something went wrong when authorizing this app. Error: ${error}`;
  return messagePage(400, { platform: "Slack", title: "Oh no!", text });
}
