import * as v from "valibot";
import { type PlatformRequest, type Reply, redirect } from "../http.ts";
import { messagePage } from "../page.ts";
import { accountOf, Name } from "./accounts.ts";
import { consentToSites } from "./consent-page.ts";
import type { JiraContext } from "./context.ts";
import { setGrant, sitesOf } from "./grants.ts";

const REQUIRED = {
  audience: "api.atlassian.com",
  response_type: "code",
  prompt: "consent",
};

const ConsentForm = v.object({
  request: v.string(),
  account: Name,
  decision: v.picklist(["accept", "cancel"]),
});

/**
 * `GET /authorize`: checks a request and asks a person. What is wrong with the request stays on a page
 * of Atlassian's, where the person is stranded: nothing goes back to the app.
 *
 * @see [OAuth 2.0 (3LO) apps](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/)
 */
export function authorize(jira: JiraContext, { query }: PlatformRequest): Reply {
  const { clientId, callbackUrl } = jira.registration;
  if (query.get("client_id") !== clientId) {
    return errorPage("unauthorized_client", "The client_id is unknown.");
  }
  if (query.get("redirect_uri") !== callbackUrl) {
    return errorPage("unauthorized_client", "redirect_uri is not registered for client");
  }
  for (const [name, value] of Object.entries(REQUIRED)) {
    if (query.get(name) !== value) return errorPage("invalid_request", `${name} must be ${value}`);
  }

  const state = query.get("state") ?? "";
  if (state === "") return errorPage("invalid_request", "state is missing");
  const scopes = [...new Set((query.get("scope") ?? "").split(" ").filter((text) => text !== ""))];
  if (scopes.length === 0) return errorPage("invalid_scope", "scope is missing");

  return consentToSites(jira, { state, scopes });
}

/** `POST /authorize`: the person's decision, which counts once. */
export function decide(jira: JiraContext, { body }: PlatformRequest): Reply {
  const fields = new URLSearchParams(body);
  const form = v.safeParse(ConsentForm, Object.fromEntries(fields));
  const request = form.success ? jira.pending.take(form.output.request) : undefined;
  if (!form.success || !request) {
    const text = "It was answered before, or is too old. Go back to the app and start again.";
    return messagePage(400, { platform: "Jira", title: "This request is over", text });
  }

  const { state, scopes } = request;
  if (form.output.decision === "cancel") {
    const error_description = "User did not authorize the request";
    return toCallback(jira, { error: "access_denied", error_description, state });
  }

  const { login } = accountOf(form.output.account);
  const ticked = fields.getAll(`site-${login}`);
  const sites = sitesOf(jira, login).map(({ name }) => name);
  const granted = sites.filter((name) => ticked.includes(name));
  setGrant(jira, login, { scopes: [...scopes], sites: granted });
  return toCallback(jira, { code: jira.codes.issue({ login }), state });
}

function toCallback({ registration }: JiraContext, answer: Record<string, string>): Reply {
  const location = new URL(registration.callbackUrl);
  for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value);
  return redirect(location);
}

function errorPage(error: string, description: string): Reply {
  const text = `${error}: ${description}`;
  return messagePage(400, { platform: "Jira", title: "Something went wrong", text });
}
