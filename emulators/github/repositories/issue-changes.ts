import type { GithubContext } from "../context.ts";
import { notifyComment, notifyIssueEdited, notifyIssueOpened } from "../webhooks/issue-events.ts";
import { type Actor, changeWork, newId, type Repository, workOf } from "./repository.ts";
import type { Issue, IssueComment } from "./work-records.ts";

/** The fields of a new issue or pull request. */
export type NewIssue = Pick<Issue, "title" | "body" | "labels" | "assignees" | "pull">;

/** The fields of an issue that can be edited. */
export type IssueEdit = Partial<
  Pick<Issue, "title" | "body" | "labels" | "assignees" | "state" | "stateReason">
>;

/**
 * Opens an issue, or with `pull` a pull request. Each change of a repository is one function, which the API
 * and the pages call, so that each can send its event from one place.
 */
export function openIssue(
  github: GithubContext,
  repository: Repository,
  fields: NewIssue,
  actor: Actor,
): Issue {
  const { login, appId } = actor;
  const { issues } = workOf(github, repository);
  const now = github.clock.now();
  const issue: Issue = {
    ...fields,
    id: newId(),
    number: issues.length + 1,
    author: login,
    appId,
    state: "open",
    stateReason: null,
    createdAt: now,
    updatedAt: now,
    closedAt: null,
    closedBy: null,
  };
  changeWork(github, repository, { issues: [...issues, issue] });
  notifyIssueOpened(github, repository, issue, actor);
  return issue;
}

/** Edits, closes or reopens an issue. */
export function editIssue(
  github: GithubContext,
  repository: Repository,
  issue: Issue,
  edit: IssueEdit,
  actor: Actor,
): Issue {
  const { login } = actor;
  const now = github.clock.now();
  const merged = { ...issue, ...edit, updatedAt: now };
  const changed = { ...merged, ...closingOf(issue, merged, { login, now }) };
  const issues = workOf(github, repository).issues.map((other) =>
    other.number === issue.number ? changed : other,
  );
  changeWork(github, repository, { issues });
  notifyIssueEdited(github, repository, { before: issue, after: changed }, actor);
  return changed;
}

/** Adds a comment to an issue or a pull request. */
export function addComment(
  github: GithubContext,
  repository: Repository,
  { number }: Issue,
  body: string,
  actor: Actor,
): IssueComment {
  const { login, appId } = actor;
  const now = github.clock.now();
  const created = { id: newId(), issue: number, body, author: login, appId };
  const comment: IssueComment = { ...created, createdAt: now, updatedAt: now };
  const { comments } = workOf(github, repository);
  changeWork(github, repository, { comments: [...comments, comment] });
  notifyComment(github, repository, comment, { action: { action: "created" }, actor });
  return comment;
}

/** Replaces the text of a comment. */
export function editComment(
  github: GithubContext,
  repository: Repository,
  comment: IssueComment,
  { body, actor }: { body: string; actor: Actor },
): IssueComment {
  const changed = { ...comment, body, updatedAt: github.clock.now() };
  const comments = workOf(github, repository).comments.map((other) =>
    other.id === comment.id ? changed : other,
  );
  changeWork(github, repository, { comments });
  const action = { action: "edited", changes: { body: { from: comment.body } } };
  notifyComment(github, repository, changed, { action, actor });
  return changed;
}

/** Deletes a comment with its reactions. */
export function deleteComment(
  github: GithubContext,
  repository: Repository,
  comment: IssueComment,
  actor: Actor,
): void {
  const { id } = comment;
  const { comments, reactions } = workOf(github, repository);
  changeWork(github, repository, {
    comments: comments.filter((other) => other.id !== id),
    reactions: reactions.filter(({ subject }) => subject.kind !== "comment" || subject.id !== id),
  });
  notifyComment(github, repository, comment, { action: { action: "deleted" }, actor });
}

/** Returns the fields that follow from a change of the state. */
function closingOf(
  before: Issue,
  after: Issue,
  { login, now }: { login: string; now: number },
): Partial<Issue> {
  if (before.state === after.state) return {};
  if (after.state === "open") {
    return { stateReason: "reopened", closedAt: null, closedBy: null };
  }
  const isExplained = after.stateReason !== before.stateReason;
  const stateReason = isExplained ? after.stateReason : "completed";
  return { stateReason, closedAt: now, closedBy: login };
}
