import { jsonResponse, type RequestContext } from "../http.ts";
import { accountOf, type JiraAccount } from "./accounts.ts";
import type { JiraContext, JiraGrant } from "./context.ts";
import { findGrant, grantedSites } from "./grants.ts";
import { isListed, type JiraSite } from "./sites.ts";

/** The account that a token acts for, and what it has granted. */
export interface Caller {
  readonly account: JiraAccount;
  readonly grant: JiraGrant;
  readonly sites: readonly JiraSite[];
}

/** Handles a request with a live token. */
export function withCaller(
  jira: JiraContext,
  c: RequestContext,
  handle: (caller: Caller) => Response,
): Response {
  const [, token = ""] = /^bearer (\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  const tokens = jira.tokens.findByAccessToken(token);
  const grant = tokens && findGrant(jira, tokens.subject, tokens.clientId);
  if (!grant) return apiError(401, "Unauthorized");

  const account = accountOf(tokens.subject);
  return handle({ account, grant, sites: grantedSites(jira, account.login, grant) });
}

/** Handles a request to a site, which must be granted together with one of the scopes. */
export function withSite(
  jira: JiraContext,
  c: RequestContext,
  scopes: readonly string[],
  handle: (caller: Caller, site: JiraSite) => Response,
): Response {
  return withCaller(jira, c, (caller) => {
    const cloudId = c.req.param("cloudId") ?? "";
    const site = caller.sites.find((granted) => granted.cloudId === cloudId);
    if (!site && isListed(cloudId)) {
      return apiError(403, "The app is not installed on this instance.");
    }
    if (!site) return apiError(404, "Not Found");
    if (!scopes.some((scope) => caller.grant.scopes.includes(scope))) {
      return apiError(401, "Unauthorized; scope does not match");
    }
    return handle(caller, site);
  });
}

/** Creates an error of Atlassian's gateway. */
export function apiError(code: number, message: string): Response {
  return jsonResponse(code, { code, message });
}
