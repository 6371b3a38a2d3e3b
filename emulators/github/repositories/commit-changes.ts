import type { GithubContext } from "../context.ts";
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
  { login }: Actor,
): Commit {
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
  return added.commit;
}

/** Creates a branch at a commit. */
export function createBranch(
  github: GithubContext,
  repository: Repository,
  branch: string,
  { sha }: Commit,
): void {
  const { content } = workOf(github, repository);
  const branches = { ...content.branches, [branch]: sha };
  changeWork(github, repository, { content: { ...content, branches } });
}
