import * as v from "valibot";
import { type EmulatorApp, jsonResponse, type RequestContext, readJson } from "../../http.ts";
import { type Caller, withSite } from "../caller.ts";
import type { JiraContext } from "../context.ts";
import type { JiraSite } from "../sites.ts";
import { findIssue } from "./issues.ts";
import type { JiraIssue } from "./work-records.ts";

/** A request to a site by a token with the scope. */
export interface SiteRequest {
  readonly jira: JiraContext;
  readonly c: RequestContext;
  readonly caller: Caller;
  readonly site: JiraSite;
}

/** A route below `/rest/api/3` of a site. */
export interface SiteRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: `/${string}`;
  /** A classic scope, or a granular one that stands for it. */
  readonly scopes: readonly string[];
  handle(request: SiteRequest): Response;
}

/** Adds routes that check the token, the site and the scope first. */
export function addSiteRoutes(
  api: EmulatorApp,
  jira: JiraContext,
  routes: readonly SiteRoute[],
): void {
  for (const { method, path, scopes, handle } of routes) {
    api.on(method, `/ex/jira/:cloudId/rest/api/3${path}`, (c) =>
      withSite(jira, c, scopes, (caller, site) => handle({ jira, c, caller, site })),
    );
  }
}

/** Jira's messages for fields that are missing. */
const MISSING: Readonly<Record<string, string>> = {
  project: "Specify a valid project ID or key",
  issuetype: "Specify a valid issue type",
  summary: "You must specify a summary of the issue.",
  body: "Comment body can not be empty!",
};

/** Creates the handler of a route with a JSON body. */
export function withJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  handle: (request: SiteRequest, body: v.InferOutput<Schema>) => Response,
): SiteRoute["handle"] {
  return (request) => {
    const body = v.safeParse(schema, readJson(request.c));
    if (body.success) return handle(request, body.output);
    const errors = body.issues.map((issue) => {
      const field = (v.getDotPath(issue) ?? "").replace(/^fields\./, "");
      const missing = issue.input === undefined ? MISSING[field] : undefined;
      return [field, missing ?? issue.message];
    });
    return siteError(400, [], Object.fromEntries(errors));
  };
}

/** Handles a request for the issue of the path. */
export function withIssue(
  { jira, c, site }: SiteRequest,
  handle: (issue: JiraIssue) => Response,
): Response {
  const issue = findIssue(jira, site, c.req.param("issue") ?? "");
  if (issue) return handle(issue);
  return siteError(404, ["Issue does not exist or you do not have permission to see it."]);
}

/** Creates an error of Jira. */
export function siteError(
  status: number,
  errorMessages: readonly string[],
  errors: Readonly<Record<string, string>> = {},
): Response {
  return jsonResponse(status, { errorMessages, errors });
}
