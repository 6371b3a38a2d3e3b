import type { GithubContext } from "../context.ts";
import { notifyBranchCreated, notifyPushed } from "../webhooks/push-events.ts";
import { addCommit, blobHash, type Commit, findCommit } from "./content-records.ts";
import { type Actor, changeWork, type Repository, workOf } from "./repository.ts";

/** A file to write in a commit of its own. */
interface FileCommit {
  readonly branch: string;
  readonly path: string;
  readonly bytes: Buffer;
  readonly message: string;
  readonly author: Commit["author"] | undefined;
}

/** Commits a file to a branch that exists. */
export function commitFile(
  github: GithubContext,
  repository: Repository,
  { branch, path, bytes, message, author }: FileCommit,
  actor: Actor,
): Commit {
  const { login } = actor;
  const { content } = workOf(github, repository);
  const head = findCommit(content, `heads/${branch}`);
  const added = addCommit(content, branch, {
    message,
    author: author ?? { name: login, email: `${login}@users.noreply.github.example.invalid` },
    login,
    at: github.clock.now(),
    parents: head ? [head.sha] : [],
    files: { ...head?.files, [path]: blobHash(bytes) },
    blob: bytes,
  });
  changeWork(github, repository, { content: added.content });
  notifyPushed(github, repository, { branch, before: head, after: added.commit }, actor);
  return added.commit;
}

/** Creates a branch at a commit. */
export function createBranch(
  github: GithubContext,
  repository: Repository,
  { branch, commit }: { branch: string; commit: Commit },
  actor: Actor,
): void {
  const { content } = workOf(github, repository);
  const branches = { ...content.branches, [branch]: commit.sha };
  changeWork(github, repository, { content: { ...content, branches } });
  notifyBranchCreated(github, repository, branch, actor);
  notifyPushed(github, repository, { branch, before: undefined, after: commit }, actor);
}
