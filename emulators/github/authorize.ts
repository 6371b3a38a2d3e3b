import * as v from "valibot";
import { type RequestContext, readForm, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { isValidChallenge } from "../pkce.ts";
import { ACCOUNTS, Login } from "./accounts.ts";
import { renderConsent } from "./consent-page.ts";
import type { GithubAuthorizationRequest, GithubContext } from "./context.ts";
import { accountOf, knownAccounts } from "./directory.ts";
import { authorizationError, type OAuthError } from "./errors.ts";
import { resolveRedirectUri } from "./redirect-uri.ts";
import { describeScope, normalizeScopes, parseScopes } from "./scopes.ts";
import { tokensOf } from "./tokens.ts";

/** The permissions that a user grants by authorizing a GitHub App, wherever it is installed. */
const APP_PERMISSIONS = [
  { name: "identity", meaning: "Verify your GitHub identity" },
  { name: "resources", meaning: "Know which resources you can access" },
  { name: "act", meaning: "Act on your behalf" },
];

const ConsentForm = v.object({
  request: v.string(),
  login: Login,
  decision: v.picklist(["authorize", "cancel"]),
});

/**
 * Handles `GET /login/oauth/authorize`: checks the request and shows the consent page.
 *
 * @see [Request a user's GitHub identity](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#1-request-a-users-github-identity)
 */
export function showConsent(github: GithubContext, c: RequestContext): PageResponse {
  const { clientId, callbackUrls } = github.registration;
  if (c.req.query("client_id") !== clientId) {
    const text = "No app is registered with the client_id in this link.";
    return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
  }

  const state = c.req.query("state") ?? null;
  const requestedUri = c.req.query("redirect_uri");
  const redirectUri = resolveRedirectUri(callbackUrls, requestedUri, github.app !== null);
  if (redirectUri === undefined) {
    const registered = { redirectUri: callbackUrls[0], state };
    return toCallback(github, registered, authorizationError("redirect_uri_mismatch"));
  }

  const codeChallenge = c.req.query("code_challenge");
  if (!isValidChallenge(codeChallenge, c.req.query("code_challenge_method"))) {
    return toCallback(github, { redirectUri, state }, authorizationError("invalid_request"));
  }

  // GitHub ignores the scopes that a GitHub App requests, because it has permissions.
  const requested = parseScopes(github.app ? undefined : c.req.query("scope"));
  const request = { redirectUri, state, codeChallenge: codeChallenge ?? null, ...requested };
  return showConsentPage(github, c, request);
}

/** Handles `POST /login/oauth/authorize`: the person's decision, which can be made once. */
export function submitConsent(github: GithubContext, c: RequestContext): PageResponse {
  const form = v.safeParse(ConsentForm, Object.fromEntries(readForm(c)));
  const pending = form.success ? github.pending.take(form.output.request) : undefined;
  if (!form.success || !pending) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: "GitHub", title: "This request has ended", text });
  }

  if (form.output.decision === "cancel") {
    return toCallback(github, pending, authorizationError("access_denied"));
  }
  const { login } = accountOf(github, form.output.login);
  const scopes = grantedScopes(github, login, pending.scopes);
  return toCallback(github, pending, { code: github.codes.issue({ ...pending, login, scopes }) });
}

function showConsentPage(
  github: GithubContext,
  c: RequestContext,
  request: GithubAuthorizationRequest,
): PageResponse {
  const people = knownAccounts(github);
  const suggestedLogin = c.req.query("login");
  const first = people[0] ?? ACCOUNTS[0];
  const selected = v.is(Login, suggestedLogin) ? accountOf(github, suggestedLogin) : first;
  const isKnown = people.some(({ login }) => login === selected.login);
  return renderConsent(c, {
    appName: github.registration.appName,
    permissions: github.app ? APP_PERMISSIONS : request.scopes.map(describeScope),
    accounts: isKnown ? people : [selected, ...people],
    selectedLogin: selected.login,
    action: c.req.path,
    requestId: github.pending.issue(request),
    returnsTo: new URL(request.redirectUri).origin,
  });
}

/** A request without scopes is granted the scopes that the app had before. */
function grantedScopes(
  github: GithubContext,
  login: string,
  requested: readonly string[],
): readonly string[] {
  if (requested.length > 0) return requested;
  return normalizeScopes(tokensOf(github, login).flatMap(({ scopes }) => scopes));
}

function toCallback(
  { registration, url }: GithubContext,
  { redirectUri, state }: Pick<GithubAuthorizationRequest, "redirectUri" | "state">,
  result: { code: string } | OAuthError,
): Response {
  const iss = registration.sendsIssuer ? `${url}/login/oauth` : null;
  return redirectTo(redirectUri, { ...result, state, iss });
}
