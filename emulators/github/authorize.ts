import * as v from "valibot";
import { consentPage } from "../consent-page.ts";
import { type PlatformRequest, type Reply, readFields, redirect } from "../http.ts";
import { messagePage } from "../page.ts";
import { isAcceptableChallenge } from "../pkce.ts";
import { ACCOUNTS, Login } from "./accounts.ts";
import { BRANCH_ICON } from "./branch-icon.ts";
import type { AuthorizationRequest, GithubContext } from "./context.ts";
import { accountOf, knownAccounts } from "./directory.ts";
import { authorizationError, type OAuthError } from "./errors.ts";
import { resolveRedirectUri } from "./redirect-uri.ts";
import { describeScope, normalizeScopes, parseScopes } from "./scopes.ts";
import { tokensOf } from "./tokens.ts";

/** What a user grants to a GitHub App by authorizing it, whatever it may do where it is installed. */
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
 * `GET /login/oauth/authorize`: checks a request and asks a person.
 *
 * @see [Request a user's GitHub identity](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps#1-request-a-users-github-identity)
 */
export function authorize(github: GithubContext, { query }: PlatformRequest): Reply {
  const { clientId, callbackUrls } = github.registration;
  if (query.get("client_id") !== clientId) {
    const text = "No app is registered here under the client_id of this link.";
    return messagePage(404, { platform: "GitHub", title: "Page not found", text });
  }

  const state = query.get("state");
  const redirectUri = resolveRedirectUri(
    callbackUrls,
    query.get("redirect_uri"),
    github.app !== null,
  );
  if (redirectUri === undefined) {
    const registered = { redirectUri: callbackUrls[0], state };
    return toCallback(github, registered, authorizationError("redirect_uri_mismatch"));
  }

  const codeChallenge = query.get("code_challenge");
  if (!isAcceptableChallenge(codeChallenge, query.get("code_challenge_method"))) {
    return toCallback(github, { redirectUri, state }, authorizationError("invalid_request"));
  }

  // A GitHub App has permissions: the scopes of a request mean nothing to it.
  const asked = parseScopes(github.app ? null : query.get("scope"));
  return askPerson(github, { redirectUri, state, codeChallenge, ...asked }, query.get("login"));
}

/** `POST /login/oauth/authorize`: the person's decision, which counts once. */
export function decide(github: GithubContext, request: PlatformRequest): Reply {
  const form = v.safeParse(ConsentForm, readFields(request));
  const pending = form.success ? github.pending.take(form.output.request) : undefined;
  if (!form.success || !pending) {
    const text = "It was answered before, or is too old. Go back to the app and start again.";
    return messagePage(400, { platform: "GitHub", title: "This request is over", text });
  }

  if (form.output.decision === "cancel") {
    return toCallback(github, pending, authorizationError("access_denied"));
  }
  const { login } = accountOf(github, form.output.login);
  const scopes = grantedScopes(github, login, pending.scopes);
  return toCallback(github, pending, { code: github.codes.issue({ ...pending, login, scopes }) });
}

function askPerson(
  github: GithubContext,
  request: AuthorizationRequest,
  suggestedLogin: string | null,
): Reply {
  const people = knownAccounts(github);
  const first = people[0] ?? ACCOUNTS[0];
  const selected = v.is(Login, suggestedLogin) ? accountOf(github, suggestedLogin) : first;
  const isKnown = people.some(({ login }) => login === selected.login);
  return consentPage({
    platform: "GitHub",
    icon: BRANCH_ICON,
    appName: github.registration.appName,
    permissions: github.app ? APP_PERMISSIONS : request.scopes.map(describeScope),
    accounts: isKnown ? people : [selected, ...people],
    selectedLogin: selected.login,
    action: `${new URL(github.url).pathname}/login/oauth/authorize`,
    requestId: github.pending.issue(request),
    returnsTo: new URL(request.redirectUri).origin,
  });
}

/** A request without scopes is granted those that the app had before. */
function grantedScopes(
  github: GithubContext,
  login: string,
  asked: readonly string[],
): readonly string[] {
  if (asked.length > 0) return asked;
  return normalizeScopes(tokensOf(github, login).flatMap(({ scopes }) => scopes));
}

function toCallback(
  { registration, url }: GithubContext,
  { redirectUri, state }: Pick<AuthorizationRequest, "redirectUri" | "state">,
  answer: { code: string } | OAuthError,
): Reply {
  const location = new URL(redirectUri);
  const iss = registration.sendsIssuer ? `${url}/login/oauth` : null;
  for (const [name, value] of Object.entries({ ...answer, state, iss })) {
    if (value !== null) location.searchParams.set(name, value);
  }
  return redirect(location);
}
