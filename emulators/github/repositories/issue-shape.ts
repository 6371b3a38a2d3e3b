import { idOf } from "../accounts.ts";
import { toApp } from "../app-shape.ts";
import type { GithubContext } from "../context.ts";
import { findOrganization, findPerson, isSameLogin } from "../directory.ts";
import { toNodeId, toSimpleUser, toWireTime } from "../simple-account.ts";
import { reactionsTo } from "./reactions.ts";
import { type Repository, repositoryPath, workOf } from "./repository.ts";
import { type Issue, type IssueComment, type Reaction, ReactionContent } from "./work-records.ts";

/**
 * Returns an issue as the REST API shows it; a pull request is an issue too.
 *
 * @see [Issues](https://docs.github.com/en/rest/issues/issues)
 */
export function toIssue(github: GithubContext, repository: Repository, issue: Issue) {
  const { id, number, author, pull, closedAt, closedBy, assignees } = issue;
  const { apiUrl, htmlUrl } = urlsOf(github, repository);
  const url = `${apiUrl}/issues/${number}`;
  const { comments } = workOf(github, repository);
  const people = assignees.map((login) => toSimpleUser(github, login));
  return {
    id,
    node_id: toNodeId(pull ? "PullRequest" : "Issue", id),
    url,
    repository_url: apiUrl,
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    timeline_url: `${url}/timeline`,
    html_url: `${htmlUrl}/${pull ? "pull" : "issues"}/${number}`,
    number,
    title: issue.title,
    body: issue.body,
    state: issue.state,
    state_reason: issue.stateReason,
    user: toSimpleUser(github, author),
    author_association: associationOf(github, repository, author),
    labels: issue.labels.map((label) => toLabel(github, repository, label)),
    assignee: people[0] ?? null,
    assignees: people,
    milestone: null,
    locked: false,
    active_lock_reason: null,
    comments: comments.filter((comment) => comment.issue === number).length,
    created_at: toWireTime(github.clock, issue.createdAt),
    updated_at: toWireTime(github.clock, issue.updatedAt),
    closed_at: closedAt === null ? null : toWireTime(github.clock, closedAt),
    closed_by: closedBy === null ? null : toSimpleUser(github, closedBy),
    performed_via_github_app: performerOf(github, issue.appId),
    reactions: toReactionRollup(github, repository, { kind: "issue", id: number }, url),
    ...(pull && {
      draft: pull.isDraft,
      pull_request: {
        url: `${apiUrl}/pulls/${number}`,
        html_url: `${htmlUrl}/pull/${number}`,
        diff_url: `${htmlUrl}/pull/${number}.diff`,
        patch_url: `${htmlUrl}/pull/${number}.patch`,
        merged_at: null,
      },
    }),
  };
}

/**
 * Returns a comment as the REST API shows it.
 *
 * @see [Issue comments](https://docs.github.com/en/rest/issues/comments)
 */
export function toComment(github: GithubContext, repository: Repository, comment: IssueComment) {
  const { id, issue, author, body } = comment;
  const { apiUrl, htmlUrl } = urlsOf(github, repository);
  const url = `${apiUrl}/issues/comments/${id}`;
  return {
    id,
    node_id: toNodeId("IssueComment", id),
    url,
    html_url: `${htmlUrl}/issues/${issue}#issuecomment-${id}`,
    issue_url: `${apiUrl}/issues/${issue}`,
    body,
    user: toSimpleUser(github, author),
    author_association: associationOf(github, repository, author),
    created_at: toWireTime(github.clock, comment.createdAt),
    updated_at: toWireTime(github.clock, comment.updatedAt),
    performed_via_github_app: performerOf(github, comment.appId),
    reactions: toReactionRollup(github, repository, { kind: "comment", id }, url),
  };
}

/**
 * Returns a reaction as the REST API shows it.
 *
 * @see [Reactions](https://docs.github.com/en/rest/reactions/reactions)
 */
export function toReaction(github: GithubContext, { id, user, content, createdAt }: Reaction) {
  return {
    id,
    node_id: toNodeId("Reaction", id),
    user: toSimpleUser(github, user),
    content,
    created_at: toWireTime(github.clock, createdAt),
  };
}

/** Returns the URLs of a repository: in the API, and of its page. */
export function urlsOf({ url }: Pick<GithubContext, "url">, repository: Repository) {
  const path = repositoryPath(repository);
  return { apiUrl: `${url}/api/repos${path}`, htmlUrl: url + path };
}

/** Returns a label; its color is the same for all. */
export function toLabel(github: GithubContext, repository: Repository, name: string) {
  const id = idOf(`label/${name}`);
  const url = `${urlsOf(github, repository).apiUrl}/labels/${encodeURIComponent(name)}`;
  const fields = { name, color: "ededed", default: false, description: null };
  return { id, node_id: toNodeId("Label", id), url, ...fields };
}

function toReactionRollup(
  github: GithubContext,
  repository: Repository,
  subject: Reaction["subject"],
  url: string,
) {
  const found = reactionsTo(workOf(github, repository).reactions, subject);
  const counts = ReactionContent.options.map((content) => [
    content,
    found.filter((reaction) => reaction.content === content).length,
  ]);
  return { url: `${url}/reactions`, total_count: found.length, ...Object.fromEntries(counts) };
}

function performerOf(github: GithubContext, appId: number | null) {
  const { app } = github;
  return app && app.appId === appId ? toApp({ ...github, app }) : null;
}

function associationOf(github: GithubContext, { account }: Repository, login: string): string {
  if (account.type === "User") return isSameLogin(account.login, login) ? "OWNER" : "NONE";
  const organization = findOrganization(github, account.login);
  const person = organization && findPerson(organization, login);
  if (!person) return "NONE";
  return person.role === "collaborator" ? "COLLABORATOR" : "MEMBER";
}
