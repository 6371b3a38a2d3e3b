import * as v from "valibot";
import { type RequestContext, readForm, redirectTo } from "../http.ts";
import { type PageResponse, renderMessage } from "../page.ts";
import { accountOf, Name } from "./accounts.ts";
import { renderConsent } from "./consent-page.ts";
import type { JiraContext } from "./context.ts";
import { setGrant, sitesOf } from "./grants.ts";
import { findUnknown } from "./scopes.ts";

/** The audience of every app of Atlassian's commercial cloud. */
const AUDIENCE = "api.atlassian.com";

const REQUIRED = {
  response_type: "code",
  prompt: "consent",
};

const ConsentForm = v.object({
  request: v.string(),
  account: Name,
  decision: v.picklist(["accept", "cancel"]),
});

/**
 * Handles `GET /authorize`: checks the request and shows the consent page. Errors of the request are
 * shown on a page of Atlassian's, which does not redirect to the app.
 *
 * @see [OAuth 2.0 (3LO) apps](https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/)
 */
export function showConsent(jira: JiraContext, c: RequestContext): PageResponse {
  const { clientId, callbackUrl } = jira.registration;
  if (c.req.query("client_id") !== clientId) {
    return renderError(c, "unauthorized_client", "The client_id is unknown.");
  }
  if (c.req.query("redirect_uri") !== callbackUrl) {
    return renderError(c, "unauthorized_client", "redirect_uri is not registered for client");
  }
  // Other clouds have an audience of their own, the host of their API.
  if (![AUDIENCE, new URL(c.req.url).host].includes(c.req.query("audience") ?? "")) {
    return renderError(c, "invalid_request", `audience must be ${AUDIENCE}`);
  }
  for (const [name, value] of Object.entries(REQUIRED)) {
    if (c.req.query(name) !== value) {
      return renderError(c, "invalid_request", `${name} must be ${value}`);
    }
  }

  const state = c.req.query("state") ?? "";
  if (state === "") return renderError(c, "invalid_request", "state is missing");
  const requested = (c.req.query("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const scopes = [...new Set(requested)];
  if (scopes.length === 0) return renderError(c, "invalid_scope", "scope is missing");
  const unknown = findUnknown(scopes);
  if (unknown.length > 0) {
    const names = unknown.join(", ");
    return renderError(c, "invalid_scope", `These scopes were not added to the app: ${names}`);
  }

  return renderConsent(jira, c, { state, scopes });
}

/** Handles `POST /authorize`: the person's decision, which can be made once. */
export function submitConsent(jira: JiraContext, c: RequestContext): PageResponse {
  const fields = readForm(c);
  const form = v.safeParse(ConsentForm, Object.fromEntries(fields));
  const request = form.success ? jira.pending.take(form.output.request) : undefined;
  if (!form.success || !request) {
    const text = "It was used already or has expired. Go back to the app and start again.";
    return renderMessage(c, 400, { platform: "Jira", title: "This request has ended", text });
  }

  const { callbackUrl } = jira.registration;
  const { state, scopes } = request;
  if (form.output.decision === "cancel") {
    const error_description = "User did not authorize the request";
    return redirectTo(callbackUrl, { error: "access_denied", error_description, state });
  }

  const { login } = accountOf(form.output.account);
  const selected = fields.getAll(`site-${login}`);
  const sites = sitesOf(jira, login).map(({ name }) => name);
  const granted = sites.filter((name) => selected.includes(name));
  setGrant(jira, login, { scopes: [...scopes], sites: granted });
  return redirectTo(callbackUrl, { code: jira.codes.issue({ login }), state });
}

function renderError(c: RequestContext, error: string, description: string): PageResponse {
  const text = `${error}: ${description}`;
  return renderMessage(c, 400, { platform: "Jira", title: "Something went wrong", text });
}
