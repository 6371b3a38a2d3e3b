import { randomInt } from "node:crypto";
import type { JiraContext } from "../context.ts";
import type { JiraSite } from "../sites.ts";
import { emitIssueEvent } from "../webhooks/issue-events.ts";
import { type AdfDocument, type JiraComment, type JiraIssue, keyOf } from "./work-records.ts";

/** The fields of an issue that people and apps set. */
export type IssueFields = Pick<
  JiraIssue,
  "summary" | "description" | "issueType" | "labels" | "assignee"
>;

/** Returns the issues of a site, oldest first. */
export function issuesOf({ records }: Pick<JiraContext, "records">, { name }: JiraSite) {
  return records.get().issues.filter(({ site }) => site === name);
}

/** Returns the issue of an id or a key, ignoring case. */
export function findIssue(
  jira: Pick<JiraContext, "records">,
  site: JiraSite,
  idOrKey: string,
): JiraIssue | undefined {
  const wanted = idOrKey.toUpperCase();
  return issuesOf(jira, site).find((issue) => issue.id === wanted || keyOf(issue) === wanted);
}

/**
 * Creates an issue. Each change is one function, which the API and the pages call, and which sends its
 * webhooks.
 */
export function createIssue(
  jira: JiraContext,
  site: JiraSite,
  { project, ...fields }: IssueFields & Pick<JiraIssue, "project">,
  author: string,
): JiraIssue {
  const records = jira.records.get();
  const inProject = issuesOf(jira, site).filter((issue) => issue.project === project);
  const now = jira.clock.now();
  const issue: JiraIssue = {
    ...fields,
    site: site.name,
    id: newId(),
    project,
    number: inProject.length + 1,
    status: "To Do",
    author,
    comments: [],
    createdAt: now,
    updatedAt: now,
  };
  jira.records.set({ ...records, issues: [...records.issues, issue] });
  emitIssueEvent(jira, issue, { event: "jira:issue_created" }, author);
  return issue;
}

/** Edits an issue, or moves it to another status. */
export function editIssue(
  jira: JiraContext,
  issue: JiraIssue,
  edit: Partial<IssueFields & Pick<JiraIssue, "status">>,
  editor: string,
): JiraIssue {
  const changed = replaceIssue(jira, { ...issue, ...edit });
  emitIssueEvent(jira, changed, { event: "jira:issue_updated", before: issue }, editor);
  return changed;
}

/** Adds a comment to an issue. */
export function addComment(
  jira: JiraContext,
  issue: JiraIssue,
  body: AdfDocument,
  author: string,
): JiraComment {
  const now = jira.clock.now();
  const comment = { id: newId(), author, body, createdAt: now, updatedAt: now };
  const changed = replaceIssue(jira, { ...issue, comments: [...issue.comments, comment] });
  emitIssueEvent(jira, changed, { event: "comment_created", comment }, author);
  return comment;
}

function replaceIssue(jira: JiraContext, issue: JiraIssue): JiraIssue {
  const changed = { ...issue, updatedAt: jira.clock.now() };
  const records = jira.records.get();
  const issues = records.issues.map((other) => (other.id === issue.id ? changed : other));
  jira.records.set({ ...records, issues });
  return changed;
}

/** Ids are random, because a counter would reuse them after a reset. */
function newId(): string {
  return String(randomInt(10_000, 2 ** 31));
}
