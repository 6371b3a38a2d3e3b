import { createHash } from "node:crypto";
import * as v from "valibot";

/** A commit, with the files of the repository at that time: the hash of each blob by path. */
export const Commit = v.object({
  sha: v.string(),
  message: v.string(),
  author: v.object({ name: v.string(), email: v.string() }),
  /** The login of the user or the bot who committed. */
  login: v.string(),
  at: v.number(),
  parents: v.array(v.string()),
  files: v.record(v.string(), v.string()),
});
export type Commit = v.InferOutput<typeof Commit>;

/** The code of a repository. */
export const Content = v.object({
  /** By hash, in base64. */
  blobs: v.record(v.string(), v.string()),
  commits: v.array(Commit),
  /** The newest commit of each branch. */
  branches: v.record(v.string(), v.string()),
});
export type Content = v.InferOutput<typeof Content>;

export const DEFAULT_BRANCH = "main";

/** Returns what git calls the hash of a blob. */
export function blobHash(bytes: Buffer): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Adds a commit to a branch. Its hash is that of its content in JSON, not of git's own objects. */
export function addCommit(
  content: Content,
  branch: string,
  { blob, ...commit }: Omit<Commit, "sha"> & { readonly blob: Buffer },
): { content: Content; commit: Commit } {
  const sha = createHash("sha1").update(JSON.stringify(commit)).digest("hex");
  const added = { sha, ...commit };
  return {
    commit: added,
    content: {
      blobs: { ...content.blobs, [blobHash(blob)]: blob.toString("base64") },
      commits: [...content.commits, added],
      branches: { ...content.branches, [branch]: sha },
    },
  };
}

/** Returns the code of a new repository: a README, in one commit that is always the same. */
export function createContent(owner: string, name: string): Content {
  const blob = Buffer.from(`# ${name}\n`);
  const initial = {
    message: "Initial commit",
    author: { name: owner, email: `${owner}@example.com` },
    login: owner,
    at: Date.UTC(2024, 0, 2),
    parents: [],
    files: { "README.md": blobHash(blob) },
    blob,
  };
  return addCommit({ blobs: {}, commits: [], branches: {} }, DEFAULT_BRANCH, initial).content;
}

/** Returns the commit of a branch, a tag-like `refs/heads/…`, or a hash. */
export function findCommit({ branches, commits }: Content, reference: string): Commit | undefined {
  const sha = branches[reference.replace(/^(?:refs\/)?heads\//, "")] ?? reference;
  return commits.find((commit) => commit.sha === sha);
}

/** Returns a commit and its ancestors, newest first. */
export function historyOf({ commits }: Content, newest: Commit): Commit[] {
  const history = [];
  for (let next: Commit | undefined = newest; next; ) {
    history.push(next);
    const [parent]: readonly string[] = next.parents;
    next = commits.find(({ sha }) => sha === parent);
  }
  return history;
}
