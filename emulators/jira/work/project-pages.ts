import * as v from "valibot";
import { withOwnForm } from "../../form-origin.ts";
import { type EmulatorApp, type RequestContext, readForm } from "../../http.ts";
import { type PageResponse, renderMessage } from "../../page.ts";
import { Name, SiteName } from "../accounts.ts";
import type { JiraContext } from "../context.ts";
import { type JiraSite, siteOf } from "../sites.ts";
import { addComment, createIssue, editIssue, findIssue } from "./issues.ts";
import { renderIssue, renderProject } from "./project-page.ts";
import { findProject, ISSUE_TYPES, type JiraProject, STATUSES } from "./projects.ts";
import { type JiraIssue, keyOf, toDocument } from "./work-records.ts";

const PROJECT_PATH = "/sites/:site/projects/:project";
const ISSUE_PATH = "/sites/:site/browse/:issue";

const IssueForm = v.object({
  account: Name,
  summary: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(255)),
  description: v.pipe(v.string(), v.maxLength(32_767)),
});

const CommentForm = v.object({
  account: Name,
  text: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(32_767)),
});

const MoveForm = v.object({
  account: Name,
  status: v.picklist(STATUSES.map(({ name }) => name)),
});

/** Adds the page of each project, with its issues and a form to create one, and that of each issue. */
export function addProjectPages(app: EmulatorApp, jira: JiraContext): void {
  app.get(PROJECT_PATH, (c) =>
    withProject(c, (site, project) =>
      renderProject(c, { jira, site, account: c.req.query("account") }, project),
    ),
  );
  app.post(PROJECT_PATH, (c) =>
    withOwnForm(c, "Jira", () =>
      withProject(c, (site, project) => submitIssue(jira, c, site, project)),
    ),
  );
  app.get(ISSUE_PATH, (c) =>
    withIssue(jira, c, (site, issue) =>
      renderIssue(c, { jira, site, account: c.req.query("account") }, issue),
    ),
  );
  app.post(ISSUE_PATH, (c) =>
    withOwnForm(c, "Jira", () =>
      withIssue(jira, c, (site, issue) => submitComment(jira, c, site, issue)),
    ),
  );
  app.post(`${ISSUE_PATH}/status`, (c) =>
    withOwnForm(c, "Jira", () =>
      withIssue(jira, c, (site, issue) => submitMove(jira, c, site, issue)),
    ),
  );
}

function submitIssue(
  jira: JiraContext,
  c: RequestContext,
  site: JiraSite,
  { key }: JiraProject,
): PageResponse {
  const form = v.safeParse(IssueForm, Object.fromEntries(readForm(c)));
  if (!form.success) return invalid(c, "An issue needs a summary.");
  const { account, summary, description } = form.output;
  const issue = createIssue(
    jira,
    site,
    {
      project: key,
      summary,
      description: description === "" ? null : toDocument(description),
      issueType: ISSUE_TYPES[0].name,
      labels: [],
      assignee: null,
    },
    account,
  );
  return redirectToIssue(jira, site, issue, account);
}

function submitComment(
  jira: JiraContext,
  c: RequestContext,
  site: JiraSite,
  issue: JiraIssue,
): PageResponse {
  const form = v.safeParse(CommentForm, Object.fromEntries(readForm(c)));
  if (!form.success) return invalid(c, "A comment needs a text.");
  const { account, text } = form.output;
  addComment(jira, issue, toDocument(text), account);
  return redirectToIssue(jira, site, issue, account);
}

function submitMove(
  jira: JiraContext,
  c: RequestContext,
  site: JiraSite,
  issue: JiraIssue,
): PageResponse {
  const form = v.safeParse(MoveForm, Object.fromEntries(readForm(c)));
  if (!form.success) return invalid(c, "There is no such status.");
  const { account, status } = form.output;
  editIssue(jira, issue, { status }, account);
  return redirectToIssue(jira, site, issue, account);
}

function redirectToIssue(
  { url }: JiraContext,
  { name }: JiraSite,
  issue: JiraIssue,
  account: string,
): Response {
  const query = new URLSearchParams({ account });
  const location = `${url}/sites/${name}/browse/${keyOf(issue)}?${query}`;
  return new Response(null, { status: 303, headers: { location } });
}

function withProject(
  c: RequestContext,
  handle: (site: JiraSite, project: JiraProject) => PageResponse,
): PageResponse {
  const { site, project = "" }: Record<string, string> = c.req.param();
  const found = findProject(project);
  return v.is(SiteName, site) && found ? handle(siteOf(site), found) : notFound(c);
}

function withIssue(
  jira: JiraContext,
  c: RequestContext,
  handle: (site: JiraSite, issue: JiraIssue) => PageResponse,
): PageResponse {
  const { site, issue = "" }: Record<string, string> = c.req.param();
  const found = v.is(SiteName, site) ? findIssue(jira, siteOf(site), issue) : undefined;
  return found ? handle(siteOf(found.site), found) : notFound(c);
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such project or issue.";
  return renderMessage(c, 404, { platform: "Jira", title: "Page not found", text });
}

function invalid(c: RequestContext, text: string): PageResponse {
  return renderMessage(c, 400, { platform: "Jira", title: "Something is missing", text });
}
