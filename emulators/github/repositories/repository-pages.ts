import * as v from "valibot";
import { withOwnForm } from "../../form-origin.ts";
import { type EmulatorApp, type RequestContext, readForm } from "../../http.ts";
import { type PageResponse, renderMessage } from "../../page.ts";
import { Login } from "../accounts.ts";
import type { GithubContext } from "../context.ts";
import { accountOf, referenceOf } from "../directory.ts";
import { signedInLogin } from "../signed-in.ts";
import { addComment, openIssue } from "./issue-changes.ts";
import { findRepository, type Repository, repositoryPath, workOf } from "./repository.ts";
import { renderIssue, renderRepository } from "./repository-page.ts";
import type { Issue } from "./work-records.ts";

const IssueForm = v.object({
  login: Login,
  title: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(256)),
  body: v.pipe(v.string(), v.maxLength(65_536)),
});

const CommentForm = v.object({
  login: Login,
  body: v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(65_536)),
});

/** Adds the page of each repository, with its issues and a form to open one, and that of each issue. */
export function addRepositoryPages(root: EmulatorApp, github: GithubContext): void {
  root.get("/:owner/:repo", (c) => showRepository(github, c));
  root.post("/:owner/:repo/issues", (c) => withOwnForm(c, "GitHub", () => submitIssue(github, c)));
  for (const kind of ["issues", "pull"]) {
    root.get(`/:owner/:repo/${kind}/:number{[0-9]+}`, (c) =>
      withIssue(github, c, (repository, issue) =>
        renderIssue(c, { github, repository, issue, login: signedInLogin(github, c) }),
      ),
    );
  }
  root.post("/:owner/:repo/issues/:number{[0-9]+}/comments", (c) =>
    withOwnForm(c, "GitHub", () => submitComment(github, c)),
  );
}

function showRepository(github: GithubContext, c: RequestContext): PageResponse {
  return withRepository(github, c, (repository) =>
    renderRepository(c, { github, repository, login: signedInLogin(github, c) }),
  );
}

function submitIssue(github: GithubContext, c: RequestContext): PageResponse {
  return withRepository(github, c, (repository) => {
    const form = v.safeParse(IssueForm, Object.fromEntries(readForm(c)));
    if (!form.success) return invalid(c, "An issue needs a title.");
    const { title, body } = form.output;
    const { login } = accountOf(github, form.output.login);
    const fields = { title, body: body === "" ? null : body, labels: [], assignees: [] };
    const issue = openIssue(github, repository, { ...fields, pull: null }, person(login));
    return redirectToIssue(github, repository, issue, login);
  });
}

function submitComment(github: GithubContext, c: RequestContext): PageResponse {
  return withIssue(github, c, (repository, issue) => {
    const form = v.safeParse(CommentForm, Object.fromEntries(readForm(c)));
    if (!form.success) return invalid(c, "A comment needs a text.");
    const { login } = accountOf(github, form.output.login);
    addComment(github, repository, issue, form.output.body, person(login));
    return redirectToIssue(github, repository, issue, login);
  });
}

function person(login: string) {
  return { login, appId: null };
}

function redirectToIssue(
  { url }: GithubContext,
  repository: Repository,
  { number }: Issue,
  login: string,
): Response {
  const query = new URLSearchParams({ login });
  const location = `${url}${repositoryPath(repository)}/issues/${number}?${query}`;
  return new Response(null, { status: 303, headers: { location } });
}

function withRepository(
  github: GithubContext,
  c: RequestContext,
  handle: (repository: Repository) => PageResponse,
): PageResponse {
  const { owner = "", repo = "" }: Record<string, string> = c.req.param();
  if (!v.is(Login, owner)) return notFound(c);
  const repository = findRepository(github, referenceOf(github, owner), repo);
  return repository ? handle(repository) : notFound(c);
}

function withIssue(
  github: GithubContext,
  c: RequestContext,
  handle: (repository: Repository, issue: Issue) => PageResponse,
): PageResponse {
  return withRepository(github, c, (repository) => {
    const number = Number(c.req.param("number"));
    const issue = workOf(github, repository).issues.find((known) => known.number === number);
    return issue ? handle(repository, issue) : notFound(c);
  });
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such repository or issue.";
  return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
}

function invalid(c: RequestContext, text: string): PageResponse {
  return renderMessage(c, 400, { platform: "GitHub", title: "Something is missing", text });
}
