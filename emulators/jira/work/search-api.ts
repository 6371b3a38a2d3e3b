import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { toIssue } from "./issue-shape.ts";
import { issuesOf } from "./issues.ts";
import { parseJql } from "./jql.ts";
import { type SiteRequest, type SiteRoute, siteError, withJson } from "./site-routes.ts";

const Search = v.object({
  jql: v.optional(v.string(), ""),
  maxResults: v.optional(
    v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(1), v.maxValue(5000)),
    50,
  ),
  nextPageToken: v.optional(v.nullable(v.string()), null),
  fields: v.optional(v.array(v.string()), []),
});
type Search = v.InferOutput<typeof Search>;

const scopes = ["read:jira-work", "read:issue-details:jira", "read:issue:jira"];

/**
 * The routes of the search. The one before it has been removed from Jira Cloud.
 *
 * @see [Issue search](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/)
 */
export const SEARCH_ROUTES: readonly SiteRoute[] = [
  { method: "POST", path: "/search/jql", scopes, handle: withJson(Search, search) },
  {
    method: "GET",
    path: "/search/jql",
    scopes,
    handle(request) {
      const { fields, ...query } = request.c.req.query();
      const parsed = v.safeParse(Search, {
        ...query,
        ...(fields !== undefined && { fields: fields.split(",") }),
      });
      return parsed.success
        ? search(request, parsed.output)
        : siteError(400, ["The search is not valid."]);
    },
  },
  { method: "GET", path: "/search", scopes, handle: refuseRemoved },
  { method: "POST", path: "/search", scopes, handle: refuseRemoved },
];

/** Returns the fields that a request names: without a name only the id, and all for `*all`. */
export function selectFields(
  { fields, ...issue }: ReturnType<typeof toIssue>,
  names: readonly string[],
) {
  const isAll = names.includes("*all") || names.includes("*navigable");
  const selected = Object.entries(fields).filter(
    ([name]) => (isAll || names.includes(name)) && !names.includes(`-${name}`),
  );
  return { ...issue, fields: Object.fromEntries(selected) };
}

function search(
  { jira, site }: SiteRequest,
  { jql, maxResults, nextPageToken, fields }: Search,
): Response {
  const query = parseJql(jql);
  if ("error" in query) return siteError(400, [query.error]);
  if (!query.isBounded) {
    return siteError(400, [
      "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.",
    ]);
  }
  const found = issuesOf(jira, site).filter(query.matches);
  const start = Number(Buffer.from(nextPageToken ?? "", "base64").toString() || 0);
  if (!Number.isInteger(start)) return siteError(400, ["The nextPageToken is not valid."]);

  const end = start + maxResults;
  const isLast = end >= found.length;
  const issues = found.slice(start, end).map((issue) => {
    const shown = toIssue(jira, site, issue);
    return fields.length === 0 ? { id: shown.id } : selectFields(shown, fields);
  });
  const next = Buffer.from(String(end)).toString("base64");
  return jsonResponse(200, { issues, isLast, ...(!isLast && { nextPageToken: next }) });
}

function refuseRemoved(): Response {
  return siteError(410, [
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API.",
  ]);
}
