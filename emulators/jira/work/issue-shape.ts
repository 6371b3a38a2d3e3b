import { accountOf } from "../accounts.ts";
import type { JiraContext } from "../context.ts";
import type { JiraSite } from "../sites.ts";
import { toUser } from "../user-shape.ts";
import { findProject, ISSUE_TYPES, type JiraProject, STATUSES } from "./projects.ts";
import { type JiraComment, type JiraIssue, keyOf } from "./work-records.ts";

/** Returns the URL of a site's API, which an app calls through Atlassian's gateway. */
export function apiUrlOf({ url }: Pick<JiraContext, "url">, { cloudId }: JiraSite): string {
  return `${url}/api/ex/jira/${cloudId}/rest/api/3`;
}

/**
 * Returns a project as the REST API shows it.
 *
 * @see [Projects](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/)
 */
export function toProject(
  jira: JiraContext,
  site: JiraSite,
  { id, key, name }: JiraProject,
  base = apiUrlOf(jira, site),
) {
  return {
    self: `${base}/project/${id}`,
    id,
    key,
    name,
    projectTypeKey: "software",
    simplified: false,
    style: "classic",
    isPrivate: false,
    avatarUrls: {},
  };
}

/**
 * Returns an issue as the REST API shows it, with all its fields. Webhooks have another base URL.
 *
 * @see [Issues](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/)
 */
export function toIssue(
  jira: JiraContext,
  site: JiraSite,
  issue: JiraIssue,
  self = apiUrlOf(jira, site),
) {
  const project = findProject(issue.project);
  const type = ISSUE_TYPES.find(({ name }) => name === issue.issueType);
  const comments = issue.comments.map((comment) => toComment(jira, site, issue, comment, self));
  const { id, assignee, summary, description, labels } = issue;
  return {
    expand: "renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations",
    id,
    self: `${self}/issue/${id}`,
    key: keyOf(issue),
    fields: {
      summary,
      description,
      labels,
      project: project && toProject(jira, site, project, self),
      issuetype: type && { self: `${self}/issuetype/${type.id}`, ...type },
      status: toStatus(jira, site, issue.status, self),
      creator: toUser(site, accountOf(issue.author)),
      reporter: toUser(site, accountOf(issue.author)),
      assignee: assignee === null ? null : toUser(site, accountOf(assignee)),
      created: toWireTime(jira, issue.createdAt),
      updated: toWireTime(jira, issue.updatedAt),
      comment: { comments, self: `${self}/issue/${id}/comment`, ...pageOf(comments.length) },
    },
  };
}

/**
 * Returns a comment as the REST API shows it.
 *
 * @see [Issue comments](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/)
 */
export function toComment(
  jira: JiraContext,
  site: JiraSite,
  issue: JiraIssue,
  { id, author, body, createdAt, updatedAt }: JiraComment,
  base = apiUrlOf(jira, site),
) {
  const user = toUser(site, accountOf(author));
  return {
    self: `${base}/issue/${issue.id}/comment/${id}`,
    id,
    author: user,
    body,
    updateAuthor: user,
    created: toWireTime(jira, createdAt),
    updated: toWireTime(jira, updatedAt),
    jsdPublic: true,
  };
}

/** Returns a status as the REST API shows it. */
export function toStatus(
  jira: JiraContext,
  site: JiraSite,
  name: string,
  base = apiUrlOf(jira, site),
) {
  const { id, category } = STATUSES.find((status) => status.name === name) ?? STATUSES[0];
  const statusCategory = { id: STATUSES.findIndex((each) => each.id === id) + 2, key: category };
  return {
    self: `${base}/status/${id}`,
    id,
    name,
    description: "",
    statusCategory,
  };
}

/** Returns a time in Jira's format, with an offset and no colon in it. */
function toWireTime({ clock }: JiraContext, time: number): string {
  return clock.toRealDate(time).toISOString().replace("Z", "+0000");
}

function pageOf(total: number) {
  return { maxResults: total, total, startAt: 0 };
}
