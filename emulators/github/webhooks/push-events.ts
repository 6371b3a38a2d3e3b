import type { GithubContext } from "../context.ts";
import { toChangedFiles } from "../repositories/commit-shape.ts";
import { type Commit, DEFAULT_BRANCH, historyOf } from "../repositories/content-records.ts";
import { urlsOf } from "../repositories/issue-shape.ts";
import { type Actor, type Repository, workOf } from "../repositories/repository.ts";
import { toWireTime } from "../simple-account.ts";
import { notifySynchronized } from "./issue-events.ts";
import { notifyRepositoryEvent } from "./repository-events.ts";

/** The hash that stands for the commit of a branch that does not exist. */
const NO_COMMIT = "0".repeat(40);

/** When all repositories were created. */
const CREATED_AT_SECONDS = 1_704_153_600;

/** A branch and its new commit. `before` is the earlier one, or `undefined` for a new branch. */
interface Push {
  readonly branch: string;
  readonly before: Commit | undefined;
  readonly after: Commit;
}

/**
 * Notifies the App of new commits of a branch or of a new branch, and of the pull requests that the commits
 * change.
 *
 * @see [push](https://docs.github.com/en/webhooks/webhook-events-and-payloads#push)
 */
export function notifyPushed(
  github: GithubContext,
  repository: Repository,
  { branch, before, after }: Push,
  actor: Actor,
): void {
  const { content } = workOf(github, repository);
  const known = new Set(historyOf(content, before ?? after).map(({ sha }) => sha));
  const pushed = historyOf(content, after).filter(({ sha }) => !known.has(sha));
  const commits = pushed.reverse().map((commit) => toPushedCommit(github, repository, commit));
  const { login } = actor;
  const range = before ? `${before.sha.slice(0, 12)}...${after.sha.slice(0, 12)}` : branch;

  notifyRepositoryEvent(github, repository, {
    event: "push",
    sender: login,
    fields: {
      ref: `refs/heads/${branch}`,
      before: before?.sha ?? NO_COMMIT,
      after: after.sha,
      pusher: { name: login, email: `${login}@users.noreply.github.example.invalid` },
      created: before === undefined,
      deleted: false,
      forced: false,
      base_ref: null,
      compare: `${urlsOf(github, repository).htmlUrl}/compare/${range}`,
      commits,
      head_commit: toPushedCommit(github, repository, after),
    },
    repositoryFields: pushedFields(github, repository, after),
  });
  if (!before) return;
  notifySynchronized(github, repository, { branch, before: before.sha, after: after.sha }, actor);
}

/** In this event alone, two times of a repository are seconds, and it has older names beside the new ones. */
function pushedFields({ clock }: GithubContext, { account }: Repository, { at }: Commit) {
  return {
    created_at: CREATED_AT_SECONDS,
    pushed_at: Math.floor(clock.toRealDate(at).getTime() / 1000),
    stargazers: 0,
    master_branch: DEFAULT_BRANCH,
    ...(account.type === "Organization" && { organization: account.login }),
  };
}

/**
 * Notifies the App of a new branch, in addition to its push.
 *
 * @see [create](https://docs.github.com/en/webhooks/webhook-events-and-payloads#create)
 */
export function notifyBranchCreated(
  github: GithubContext,
  repository: Repository,
  branch: string,
  { login }: Actor,
): void {
  notifyRepositoryEvent(github, repository, {
    event: "create",
    sender: login,
    fields: {
      ref: branch,
      ref_type: "branch",
      master_branch: DEFAULT_BRANCH,
      description: null,
      pusher_type: "user",
    },
  });
}

function toPushedCommit(github: GithubContext, repository: Repository, commit: Commit) {
  const { sha, message, author, login, at, parents } = commit;
  const { commits } = workOf(github, repository).content;
  const [parent]: readonly string[] = parents;
  const files = toChangedFiles(
    commits.find((known) => known.sha === parent),
    commit,
  );
  const named = (status: string) =>
    files.filter((file) => file.status === status).map(({ filename }) => filename);
  const person = { ...author, username: login };
  return {
    id: sha,
    tree_id: sha,
    distinct: true,
    message,
    timestamp: toWireTime(github.clock, at),
    url: `${urlsOf(github, repository).htmlUrl}/commit/${sha}`,
    author: person,
    committer: person,
    added: named("added"),
    removed: named("removed"),
    modified: named("modified"),
  };
}
