import * as v from "valibot";
import { withOwnForm } from "../../form-origin.ts";
import type { EmulatorApp, RequestContext } from "../../http.ts";
import type { PageResponse } from "../../page.ts";
import type { GithubContext } from "../context.ts";
import { signedInLogin } from "../signed-in.ts";
import { submitFile, submitPull } from "./code-pages.ts";
import { addComment, editIssue, openIssue } from "./issue-changes.ts";
import { redirectToPage, withForm, withIssue, withRepository } from "./page-request.ts";
import { renderIssue, renderRepository } from "./repository-page.ts";

const Text = v.pipe(v.string(), v.maxLength(65_536));

const IssueForm = v.object({
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(256)),
  body: Text,
});

const CommentForm = v.object({ body: v.pipe(Text, v.trim(), v.minLength(1)) });

const StateForm = v.object({ state: v.picklist(["open", "closed"]) });

/** Adds the page of each repository and of each issue, with forms for what people do there. */
export function addRepositoryPages(root: EmulatorApp, github: GithubContext): void {
  const path = "/:owner/:repo";
  const issue = `${path}/issues/:number{[0-9]+}`;
  root.get(path, (c) => showRepository(github, c));
  for (const kind of ["issues", "pull"]) {
    root.get(`${path}/${kind}/:number{[0-9]+}`, (c) =>
      withIssue(github, c, (repository, issue) =>
        renderIssue(c, { github, repository, issue, login: signedInLogin(github, c) }),
      ),
    );
  }
  const forms = {
    [`${path}/issues`]: submitIssue,
    [`${issue}/comments`]: submitComment,
    [`${issue}/state`]: submitState,
    [`${path}/files`]: submitFile,
    [`${path}/pulls`]: submitPull,
  };
  for (const [action, submit] of Object.entries(forms)) {
    root.post(action, (c) => withOwnForm(c, "GitHub", () => submit(github, c)));
  }
}

function showRepository(github: GithubContext, c: RequestContext): PageResponse {
  return withRepository(github, c, (repository) =>
    renderRepository(c, { github, repository, login: signedInLogin(github, c) }),
  );
}

function submitIssue(github: GithubContext, c: RequestContext): PageResponse {
  const expected = { schema: IssueForm, text: "An issue needs a title." };
  return withRepository(github, c, (repository) =>
    withForm(github, c, expected, ({ title, body }, person) => {
      const fields = { title, body: body === "" ? null : body, labels: [], assignees: [] };
      const { number } = openIssue(github, repository, { ...fields, pull: null }, person);
      return redirectToPage(github, repository, `/issues/${number}`, person);
    }),
  );
}

function submitComment(github: GithubContext, c: RequestContext): PageResponse {
  const expected = { schema: CommentForm, text: "A comment needs a text." };
  return withIssue(github, c, (repository, issue) =>
    withForm(github, c, expected, ({ body }, person) => {
      addComment(github, repository, issue, body, person);
      return redirectToPage(github, repository, `/issues/${issue.number}`, person);
    }),
  );
}

function submitState(github: GithubContext, c: RequestContext): PageResponse {
  const expected = { schema: StateForm, text: "An issue is open or closed." };
  return withIssue(github, c, (repository, issue) =>
    withForm(github, c, expected, ({ state }, person) => {
      editIssue(github, repository, issue, { state }, person);
      return redirectToPage(github, repository, `/issues/${issue.number}`, person);
    }),
  );
}
