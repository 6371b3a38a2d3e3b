import * as v from "valibot";
import type { RequestContext } from "../../http.ts";
import type { PageResponse } from "../../page.ts";
import type { GithubContext } from "../context.ts";
import { commitFile, createBranch } from "./commit-changes.ts";
import { DEFAULT_BRANCH, findCommit } from "./content-records.ts";
import { invalid, redirectToPage, withForm, withRepository } from "./page-request.ts";
import { openPull } from "./pull-changes.ts";
import { workOf } from "./repository.ts";

const FileForm = v.object({
  branch: v.pipe(v.string(), v.regex(/^[\w-][\w./-]{0,99}$/)),
  path: v.pipe(v.string(), v.regex(/^\.?[\w-][\w.-]*(?:\/\.?[\w-][\w.-]*)*$/), v.maxLength(200)),
  content: v.pipe(v.string(), v.maxLength(1_000_000)),
  message: v.pipe(v.string(), v.trim(), v.maxLength(1_000)),
});

const PullForm = v.object({
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(256)),
  head: v.string(),
});

/** Handles the form that pushes a file. A branch that does not exist is created from the default one. */
export function submitFile(github: GithubContext, c: RequestContext): PageResponse {
  const expected = { schema: FileForm, text: "A file needs a branch and a path." };
  return withRepository(github, c, (repository) =>
    withForm(github, c, expected, ({ branch, path, content, message }, person) => {
      const { content: code } = workOf(github, repository);
      const start = findCommit(code, `heads/${DEFAULT_BRANCH}`);
      if (code.branches[branch] === undefined && start) {
        createBranch(github, repository, { branch, commit: start }, person);
      }
      const named = message === "" ? `Write ${path}` : message;
      const file = { branch, path, bytes: Buffer.from(content), message: named, author: undefined };
      commitFile(github, repository, file, person);
      return redirectToPage(github, repository, "", person);
    }),
  );
}

/** Handles the form that opens a pull request into the default branch. */
export function submitPull(github: GithubContext, c: RequestContext): PageResponse {
  const expected = { schema: PullForm, text: "A pull request needs a title and a branch." };
  return withRepository(github, c, (repository) =>
    withForm(github, c, expected, ({ title, head }, person) => {
      const fields = { title, body: null, head, base: DEFAULT_BRANCH, draft: false };
      const opened = openPull(github, repository, fields, person);
      if ("code" in opened) return invalid(c, opened.message ?? `The ${opened.field} is invalid.`);
      return redirectToPage(github, repository, `/pull/${opened.number}`, person);
    }),
  );
}
