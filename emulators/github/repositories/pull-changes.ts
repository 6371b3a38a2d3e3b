import type { GithubContext } from "../context.ts";
import type { FieldError } from "../errors.ts";
import { openIssue } from "./issue-changes.ts";
import type { PullRequest } from "./pull-shape.ts";
import { type Actor, type Repository, workOf } from "./repository.ts";
import type { Issue } from "./work-records.ts";

/** The fields of a new pull request. */
interface NewPull {
  readonly title: string;
  readonly body: string | null;
  readonly head: string;
  readonly base: string;
  readonly draft: boolean;
}

/** Opens a pull request between two branches of one repository, or returns GitHub's error. */
export function openPull(
  github: GithubContext,
  repository: Repository,
  { title, body, head: from, base, draft: isDraft }: NewPull,
  actor: Actor,
): PullRequest | FieldError {
  const { content, issues } = workOf(github, repository);
  // `owner:branch` names a branch of a fork; here all branches are in one repository.
  const head = from.split(":").at(-1) ?? "";
  const shas = { head: content.branches[head], base: content.branches[base] };
  if (shas.head === undefined) return invalid("head");
  if (shas.base === undefined) return invalid("base");
  if (shas.head === shas.base) return custom(`No commits between ${base} and ${head}`);

  const isOpen = ({ state, pull }: Issue) =>
    state === "open" && pull?.head.ref === head && pull.base.ref === base;
  if (issues.some(isOpen)) {
    return custom(`A pull request already exists for ${repository.account.login}:${head}.`);
  }
  const pull = {
    head: { ref: head, sha: shas.head },
    base: { ref: base, sha: shas.base },
    isDraft,
  };
  const fields = { title, body, labels: [], assignees: [], pull };
  return { ...openIssue(github, repository, fields, actor), pull };
}

function invalid(field: string): FieldError {
  return { resource: "PullRequest", field, code: "invalid" };
}

function custom(message: string): FieldError {
  return { resource: "PullRequest", field: "head", code: "custom", message };
}
