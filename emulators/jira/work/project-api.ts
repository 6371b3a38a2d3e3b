import { jsonResponse } from "../../http.ts";
import { apiUrlOf, toProject } from "./issue-shape.ts";
import { findProject, ISSUE_TYPES, PROJECTS } from "./projects.ts";
import { type SiteRequest, type SiteRoute, siteError } from "./site-routes.ts";

const scopes = ["read:jira-work", "read:project:jira"];

/** The routes of projects. */
export const PROJECT_ROUTES: readonly SiteRoute[] = [
  { method: "GET", path: "/project/search", scopes, handle: searchProjects },
  {
    method: "GET",
    path: "/project",
    scopes,
    handle: ({ jira, site }) =>
      jsonResponse(
        200,
        PROJECTS.map((project) => toProject(jira, site, project)),
      ),
  },
  { method: "GET", path: "/project/:project", scopes, handle: showProject },
];

function searchProjects({ jira, c, site }: SiteRequest): Response {
  const { query = "", startAt = "0", maxResults = "50" } = c.req.query();
  const wanted = query.toLowerCase();
  const found = PROJECTS.filter(({ key, name }) =>
    [key, name].some((text) => text.toLowerCase().includes(wanted)),
  );
  const end = Number(startAt) + Number(maxResults);
  const values = found.slice(Number(startAt), end);
  return jsonResponse(200, {
    self: `${apiUrlOf(jira, site)}/project/search`,
    startAt: Number(startAt),
    maxResults: Number(maxResults),
    total: found.length,
    isLast: end >= found.length,
    values: values.map((project) => toProject(jira, site, project)),
  });
}

function showProject({ jira, c, site }: SiteRequest): Response {
  const wanted = c.req.param("project") ?? "";
  const project = findProject(wanted);
  if (!project) return siteError(404, [`No project could be found with key '${wanted}'.`]);
  const issueTypes = ISSUE_TYPES.map((type) => ({
    self: `${apiUrlOf(jira, site)}/issuetype/${type.id}`,
    ...type,
  }));
  return jsonResponse(200, { ...toProject(jira, site, project), issueTypes });
}
