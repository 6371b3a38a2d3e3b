import type { GithubContext } from "../context.ts";
import { toRepository } from "../repository-shape.ts";
import { toChangedFiles } from "./commit-shape.ts";
import { type Commit, findCommit, historyOf } from "./content-records.ts";
import { toIssue, urlsOf } from "./issue-shape.ts";
import { type Repository, workOf } from "./repository.ts";
import type { Issue } from "./work-records.ts";

/** An issue that is a pull request. */
export interface PullRequest extends Issue {
  readonly pull: NonNullable<Issue["pull"]>;
}

/** Returns the pull requests of a repository, oldest first. */
export function pullsOf(github: GithubContext, repository: Repository): PullRequest[] {
  const { issues } = workOf(github, repository);
  return issues.flatMap((issue) => toPullRequest(github, repository, issue) ?? []);
}

/** Returns an issue as a pull request if it is one. Its head moves with its branch. */
export function toPullRequest(
  github: GithubContext,
  repository: Repository,
  issue: Issue,
): PullRequest | undefined {
  const { pull } = issue;
  if (!pull) return undefined;
  const { branches } = workOf(github, repository).content;
  const sha = branches[pull.head.ref] ?? pull.head.sha;
  return { ...issue, pull: { ...pull, head: { ...pull.head, sha } } };
}

/** Returns the commits of the head that the base does not have, oldest first. */
export function commitsOf(
  github: GithubContext,
  repository: Repository,
  { pull }: PullRequest,
): Commit[] {
  const { content } = workOf(github, repository);
  const head = findCommit(content, pull.head.sha);
  const base = findCommit(content, pull.base.sha);
  const known = new Set(base ? historyOf(content, base).map(({ sha }) => sha) : []);
  const history = head ? historyOf(content, head) : [];
  return history.filter(({ sha }) => !known.has(sha)).reverse();
}

/** Returns the files in which the head differs from the base. */
export function changedFilesOf(
  github: GithubContext,
  repository: Repository,
  { pull }: PullRequest,
) {
  const { content } = workOf(github, repository);
  const head = findCommit(content, pull.head.sha);
  return head ? toChangedFiles(findCommit(content, pull.base.sha), head) : [];
}

/**
 * Returns a pull request as the REST API and the webhooks show it.
 *
 * @see [Pull requests](https://docs.github.com/en/rest/pulls/pulls)
 */
export function toPull(github: GithubContext, repository: Repository, issue: PullRequest) {
  const { pull, number } = issue;
  const { apiUrl } = urlsOf(github, repository);
  const shown = withoutIssueFields(toIssue(github, repository, issue));
  const url = `${apiUrl}/pulls/${number}`;
  const issue_url = `${apiUrl}/issues/${number}`;
  const statuses_url = `${apiUrl}/statuses/${pull.head.sha}`;
  const links = {
    self: url,
    html: shown.html_url,
    issue: issue_url,
    comments: shown.comments_url,
    review_comments: `${url}/comments`,
    review_comment: `${apiUrl}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: statuses_url,
  };
  return {
    ...shown,
    url,
    issue_url,
    commits_url: links.commits,
    review_comments_url: links.review_comments,
    review_comment_url: links.review_comment,
    statuses_url,
    diff_url: `${shown.html_url}.diff`,
    patch_url: `${shown.html_url}.patch`,
    draft: pull.isDraft,
    head: toPoint(github, repository, pull.head),
    base: toPoint(github, repository, pull.base),
    requested_reviewers: [],
    requested_teams: [],
    auto_merge: null,
    merged: false,
    mergeable: true,
    rebaseable: true,
    mergeable_state: "clean",
    merged_at: null,
    merged_by: null,
    merge_commit_sha: null,
    maintainer_can_modify: false,
    review_comments: 0,
    commits: commitsOf(github, repository, issue).length,
    ...changeCountsOf(github, repository, issue),
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
  };
}

/** Removes the fields of an issue that a pull request does not have. */
function withoutIssueFields(issue: ReturnType<typeof toIssue>) {
  const { pull_request, repository_url, labels_url, events_url, timeline_url, ...shown } = issue;
  const { reactions, state_reason, closed_by, performed_via_github_app, ...fields } = shown;
  return fields;
}

/** Counts changed files and, their lines; a changed file counts as a whole. */
function changeCountsOf(github: GithubContext, repository: Repository, request: PullRequest) {
  const { content } = workOf(github, repository);
  const { head, base } = request.pull;
  const files = changedFilesOf(github, repository, request);
  const linesAt = (sha: string) =>
    files
      .map(({ filename }) => content.blobs[findCommit(content, sha)?.files[filename] ?? ""] ?? "")
      .map((blob) => Buffer.from(blob, "base64").toString().match(/.+/g)?.length ?? 0)
      .reduce((sum, lines) => sum + lines, 0);
  const counts = { additions: linesAt(head.sha), deletions: linesAt(base.sha) };
  return { ...counts, changed_files: files.length };
}

function toPoint(
  github: GithubContext,
  { account, name }: Repository,
  { ref, sha }: { ref: string; sha: string },
) {
  const repo = toRepository(github, account, name);
  return { label: `${account.login}:${ref}`, ref, sha, user: repo.owner, repo };
}
