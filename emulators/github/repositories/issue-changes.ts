import type { GithubContext } from "../context.ts";
import { type Actor, changeWork, newId, type Repository, workOf } from "./repository.ts";
import type { Issue, IssueComment, Reaction } from "./work-records.ts";

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
  { login, appId }: Actor,
): Issue {
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
  return issue;
}

/** Edits, closes or reopens an issue. */
export function editIssue(
  github: GithubContext,
  repository: Repository,
  issue: Issue,
  edit: IssueEdit,
  { login }: Actor,
): Issue {
  const now = github.clock.now();
  const merged = { ...issue, ...edit, updatedAt: now };
  const changed = { ...merged, ...closingOf(issue, merged, { login, now }) };
  const issues = workOf(github, repository).issues.map((other) =>
    other.number === issue.number ? changed : other,
  );
  changeWork(github, repository, { issues });
  return changed;
}

/** Adds a comment to an issue or a pull request. */
export function addComment(
  github: GithubContext,
  repository: Repository,
  { number }: Issue,
  body: string,
  { login, appId }: Actor,
): IssueComment {
  const now = github.clock.now();
  const created = { id: newId(), issue: number, body, author: login, appId };
  const comment: IssueComment = { ...created, createdAt: now, updatedAt: now };
  const { comments } = workOf(github, repository);
  changeWork(github, repository, { comments: [...comments, comment] });
  return comment;
}

/** Replaces the text of a comment. */
export function editComment(
  github: GithubContext,
  repository: Repository,
  comment: IssueComment,
  body: string,
): IssueComment {
  const changed = { ...comment, body, updatedAt: github.clock.now() };
  const comments = workOf(github, repository).comments.map((other) =>
    other.id === comment.id ? changed : other,
  );
  changeWork(github, repository, { comments });
  return changed;
}

/** Deletes a comment with its reactions. */
export function deleteComment(
  github: GithubContext,
  repository: Repository,
  { id }: IssueComment,
): void {
  const { comments, reactions } = workOf(github, repository);
  changeWork(github, repository, {
    comments: comments.filter((other) => other.id !== id),
    reactions: reactions.filter(({ subject }) => subject.kind !== "comment" || subject.id !== id),
  });
}

/** Adds a reaction, unless the user has reacted in this way already. GitHub sends no event for it. */
export function addReaction(
  github: GithubContext,
  repository: Repository,
  { subject, content }: Pick<Reaction, "subject" | "content">,
  { login }: Actor,
): { reaction: Reaction; isNew: boolean } {
  const { reactions } = workOf(github, repository);
  const known = reactionsTo(reactions, subject).find(
    (reaction) => reaction.content === content && reaction.user === login,
  );
  if (known) return { reaction: known, isNew: false };
  const reaction = { id: newId(), subject, content, user: login, createdAt: github.clock.now() };
  changeWork(github, repository, { reactions: [...reactions, reaction] });
  return { reaction, isNew: true };
}

/** Deletes a reaction. */
export function deleteReaction(github: GithubContext, repository: Repository, id: number): void {
  const reactions = workOf(github, repository).reactions.filter((reaction) => reaction.id !== id);
  changeWork(github, repository, { reactions });
}

/** Returns the reactions to an issue or a comment, oldest first. */
export function reactionsTo(
  reactions: readonly Reaction[],
  { kind, id }: Reaction["subject"],
): Reaction[] {
  return reactions.filter(({ subject }) => subject.kind === kind && subject.id === id);
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
