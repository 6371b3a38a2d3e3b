import type { GithubContext } from "../context.ts";
import { toComment, toIssue, toLabel } from "../repositories/issue-shape.ts";
import { toPull, toPullRequest } from "../repositories/pull-shape.ts";
import { type Actor, type Repository, workOf } from "../repositories/repository.ts";
import type { Issue, IssueComment } from "../repositories/work-records.ts";
import { toSimpleUser } from "../simple-account.ts";
import { notifyRepositoryEvent } from "./repository-events.ts";

/** The action of an event, with the fields that belong to it. */
interface IssueAction {
  readonly action: string;
  readonly [field: string]: unknown;
}

/**
 * Notifies the App of a new issue or pull request, and of each label and assignee that it was opened with.
 *
 * @see [issues](https://docs.github.com/en/webhooks/webhook-events-and-payloads#issues)
 */
export function notifyIssueOpened(
  github: GithubContext,
  repository: Repository,
  issue: Issue,
  actor: Actor,
): void {
  const bare = { ...issue, labels: [], assignees: [] };
  const actions = [{ action: "opened" }, ...memberActions(github, repository, bare, issue)];
  for (const action of actions) notifyIssue(github, repository, issue, { action, actor });
}

/** Notifies the App of each change of an issue or a pull request, in an event of its own. */
export function notifyIssueEdited(
  github: GithubContext,
  repository: Repository,
  { before, after }: { before: Issue; after: Issue },
  actor: Actor,
): void {
  const changes = {
    ...(before.title !== after.title && { title: { from: before.title } }),
    ...(before.body !== after.body && { body: { from: before.body } }),
  };
  const isEdited = Object.keys(changes).length > 0;
  const actions: IssueAction[] = [
    ...(isEdited ? [{ action: "edited", changes }] : []),
    ...memberActions(github, repository, before, after),
    ...(before.state !== after.state
      ? [{ action: after.state === "closed" ? "closed" : "reopened" }]
      : []),
  ];
  for (const action of actions) notifyIssue(github, repository, after, { action, actor });
}

/**
 * Notifies the App of new commits of the head of each open pull request.
 *
 * @see [pull_request](https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request)
 */
export function notifySynchronized(
  github: GithubContext,
  repository: Repository,
  { branch, before, after }: { branch: string; before: string; after: string },
  actor: Actor,
): void {
  const action = { action: "synchronize", before, after };
  for (const issue of workOf(github, repository).issues) {
    if (issue.state !== "open" || issue.pull?.head.ref !== branch) continue;
    notifyIssue(github, repository, issue, { action, actor });
  }
}

/**
 * Notifies the App of a comment on an issue or a pull request.
 *
 * @see [issue_comment](https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment)
 */
export function notifyComment(
  github: GithubContext,
  repository: Repository,
  comment: IssueComment,
  { action, actor }: { action: IssueAction; actor: Actor },
): void {
  const { issues } = workOf(github, repository);
  const issue = issues.find(({ number }) => number === comment.issue);
  if (!issue) return;
  const { action: name, ...others } = action;
  notifyRepositoryEvent(github, repository, {
    event: "issue_comment",
    sender: actor.login,
    // A permission for pull requests opens only those.
    ...(issue.pull === null && { needs: { issues: "read" } }),
    fields: {
      action: name,
      ...others,
      issue: toWebhookIssue(github, repository, issue),
      comment: toComment(github, repository, comment),
    },
  });
}

function notifyIssue(
  github: GithubContext,
  repository: Repository,
  issue: Issue,
  { action: { action, ...others }, actor }: { action: IssueAction; actor: Actor },
): void {
  const pull = toPullRequest(github, repository, issue);
  const sender = actor.login;
  if (pull) {
    const pull_request = toPull(github, repository, pull);
    const fields = { action, number: issue.number, pull_request, ...others };
    notifyRepositoryEvent(github, repository, { event: "pull_request", sender, fields });
    return;
  }
  const fields = { action, issue: toWebhookIssue(github, repository, issue), ...others };
  notifyRepositoryEvent(github, repository, { event: "issues", sender, fields });
}

/** Webhooks do not show who closed an issue: that is the sender. */
function toWebhookIssue(github: GithubContext, repository: Repository, issue: Issue) {
  const { closed_by: _, ...shown } = toIssue(github, repository, issue);
  return shown;
}

/** Returns an action for each label and each assignee that was added or removed. */
function memberActions(
  github: GithubContext,
  repository: Repository,
  before: Pick<Issue, "labels" | "assignees">,
  after: Pick<Issue, "labels" | "assignees">,
): IssueAction[] {
  const labeled = (action: string) => (name: string) => ({
    action,
    label: toLabel(github, repository, name),
  });
  const assigned = (action: string) => (login: string) => ({
    action,
    assignee: toSimpleUser(github, login),
  });
  return [
    ...without(before.labels, after.labels).map(labeled("unlabeled")),
    ...without(after.labels, before.labels).map(labeled("labeled")),
    ...without(before.assignees, after.assignees).map(assigned("unassigned")),
    ...without(after.assignees, before.assignees).map(assigned("assigned")),
  ];
}

function without(all: readonly string[], others: readonly string[]): string[] {
  return all.filter((one) => !others.includes(one));
}
