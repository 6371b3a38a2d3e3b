import * as v from "valibot";
import { type RequestContext, readForm } from "../../http.ts";
import { type PageResponse, renderMessage } from "../../page.ts";
import { Login } from "../accounts.ts";
import type { GithubContext } from "../context.ts";
import { accountOf, referenceOf } from "../directory.ts";
import {
  type Actor,
  findRepository,
  type Repository,
  repositoryPath,
  workOf,
} from "./repository.ts";
import type { Issue } from "./work-records.ts";

/** The field of every form that names who sends it. */
const SenderForm = v.object({ login: Login });

/** Handles a request for the repository of the path, or shows a page that says that there is none. */
export function withRepository(
  github: GithubContext,
  c: RequestContext,
  handle: (repository: Repository) => PageResponse,
): PageResponse {
  const { owner = "", repo = "" }: Record<string, string> = c.req.param();
  if (!v.is(Login, owner)) return notFound(c);
  const repository = findRepository(github, referenceOf(github, owner), repo);
  return repository ? handle(repository) : notFound(c);
}

/** Handles a request for the issue or pull request of the path. */
export function withIssue(
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

/** Reads a form and who sends it, or shows a page with `text`. */
export function withForm<const Schema extends v.GenericSchema>(
  github: GithubContext,
  c: RequestContext,
  { schema, text }: { schema: Schema; text: string },
  handle: (form: v.InferOutput<Schema>, person: Actor) => PageResponse,
): PageResponse {
  const fields = Object.fromEntries(readForm(c));
  const form = v.safeParse(schema, fields);
  const sender = v.safeParse(SenderForm, fields);
  if (!form.success || !sender.success) return invalid(c, text);
  const { login } = accountOf(github, sender.output.login);
  return handle(form.output, { login, appId: null });
}

/** Redirects to a page of a repository as the person who sent a form. */
export function redirectToPage(
  { url }: GithubContext,
  repository: Repository,
  path: string,
  { login }: Actor,
): Response {
  const query = new URLSearchParams({ login });
  const location = `${url}${repositoryPath(repository)}${path}?${query}`;
  return new Response(null, { status: 303, headers: { location } });
}

/** Shows a page that says why a form was refused. */
export function invalid(c: RequestContext, text: string): PageResponse {
  return renderMessage(c, 400, { platform: "GitHub", title: "Something is missing", text });
}

function notFound(c: RequestContext): PageResponse {
  const text = "There is no such repository or issue.";
  return renderMessage(c, 404, { platform: "GitHub", title: "Page not found", text });
}
