import { idOf } from "../accounts.ts";
import type { GithubContext } from "../context.ts";
import { toNodeId, toSimpleUser, toWireTime } from "../simple-account.ts";
import type { Commit } from "./content-records.ts";
import { urlsOf } from "./issue-shape.ts";
import type { Repository } from "./repository.ts";

/** Returns a commit as git has it, without the accounts of its author and committer. */
export function toGitCommit(
  github: GithubContext,
  repository: Repository,
  { sha, message, author, at, parents }: Commit,
) {
  const { apiUrl, htmlUrl } = urlsOf(github, repository);
  const signed = { ...author, date: toWireTime(github.clock, at) };
  return {
    sha,
    node_id: toNodeId("Commit", idOf(sha)),
    url: `${apiUrl}/git/commits/${sha}`,
    html_url: `${htmlUrl}/commit/${sha}`,
    author: signed,
    committer: signed,
    message,
    tree: { sha, url: `${apiUrl}/git/trees/${sha}` },
    parents: parents.map((parent) => ({ sha: parent, url: `${apiUrl}/commits/${parent}` })),
    verification: { verified: false, reason: "unsigned", signature: null, payload: null },
  };
}

/**
 * Returns a commit as the REST API shows it.
 *
 * @see [Commits](https://docs.github.com/en/rest/commits/commits)
 */
export function toCommit(github: GithubContext, repository: Repository, commit: Commit) {
  const { apiUrl } = urlsOf(github, repository);
  const { sha, node_id, html_url, parents, ...git } = toGitCommit(github, repository, commit);
  const account = toSimpleUser(github, commit.login);
  const url = `${apiUrl}/commits/${sha}`;
  const comments_url = `${url}/comments`;
  const accounts = { author: account, committer: account };
  return { sha, node_id, url, html_url, comments_url, commit: git, ...accounts, parents };
}

/** Returns the files that differ between two commits. */
export function toChangedFiles(before: Commit | undefined, after: Commit) {
  const old = before?.files ?? {};
  const paths = [...new Set([...Object.keys(old), ...Object.keys(after.files)])].sort();
  return paths
    .filter((filename) => old[filename] !== after.files[filename])
    .map((filename) => ({
      filename,
      sha: after.files[filename] ?? old[filename],
      status: statusOf(old[filename], after.files[filename]),
    }));
}

function statusOf(before: string | undefined, after: string | undefined): string {
  if (before === undefined) return "added";
  return after === undefined ? "removed" : "modified";
}
