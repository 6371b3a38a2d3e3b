import * as v from "valibot";
import { type EmulatorApp, type RequestContext, readJson } from "../../http.ts";
import { type Bearer, identify } from "../bearer.ts";
import type { GithubContext } from "../context.ts";
import { isSameLogin } from "../directory.ts";
import { type FieldError, restError } from "../errors.ts";
import { includesPermissions, type Permissions } from "../permissions.ts";
import { accessOf, actorOf } from "./access.ts";
import { type Actor, findRepository, type Repository } from "./repository.ts";

/** A request for a repository by a token that has access to it. */
export interface RepositoryRequest {
  readonly github: GithubContext;
  readonly c: RequestContext;
  readonly repository: Repository;
  readonly actor: Actor;
  /** Whether an App acts for itself, and not for a user. */
  readonly isBot: boolean;
  readonly permissions: Permissions;
}

/** A route below `/repos/{owner}/{repo}`. */
export interface RepositoryRoute {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: "" | `/${string}`;
  /** The permissions that it needs; one of several alternatives is enough. */
  readonly needs: readonly [Permissions, ...Permissions[]];
  handle(request: RepositoryRequest): Response;
}

/** Adds routes that check the token, its access to the repository and its permissions first. */
export function addRepositoryRoutes(
  api: EmulatorApp,
  github: GithubContext,
  routes: readonly RepositoryRoute[],
): void {
  for (const route of routes) {
    api.on(route.method, `/repos/:owner/:repo${route.path}`, (c) => handleRoute(github, c, route));
  }
}

/** Creates the handler of a route with a JSON body. `resource` names the object in GitHub's errors. */
export function withJson<const Schema extends v.GenericSchema>(
  schema: Schema,
  resource: string,
  handle: (request: RepositoryRequest, body: v.InferOutput<Schema>) => Response,
): RepositoryRoute["handle"] {
  return (request) => {
    const json = request.c.var.body === "" ? {} : readJson(request.c);
    if (json === undefined) return restError(400, "Problems parsing JSON");
    const body = v.safeParse(schema, json);
    if (body.success) return handle(request, body.output);
    const errors = body.issues.map((issue) => toFieldError(resource, issue));
    return restError(422, "Validation Failed", errors);
  };
}

/** Returns a parameter of the path. */
export function pathParameter({ c }: RepositoryRequest, name: string): string {
  return c.req.param(name) ?? "";
}

/** Returns 403 for a token without a permission. */
export function refusePermission(): Response {
  return restError(403, "Resource not accessible by integration");
}

/** Returns 404 for a repository without access, and 403 for one without the permission. */
function handleRoute(
  github: GithubContext,
  c: RequestContext,
  { needs, handle }: RepositoryRoute,
): Response {
  const bearer = identify(github, c);
  if (bearer.kind === "invalid") return bearer.response;

  const found = findAccess(github, c, bearer);
  if (!found) return restError(404, "Not Found");
  const { repository, permissions } = found;
  const isAllowed = needs.some((alternative) => includesPermissions(permissions, alternative));
  const actor = actorOf(github, bearer);
  const isBot = bearer.kind === "installation";
  const response = isAllowed
    ? handle({ github, c, repository, actor, isBot, permissions })
    : refusePermission();
  if (github.app) response.headers.set("x-accepted-github-permissions", describe(needs));
  return response;
}

function findAccess(
  github: GithubContext,
  c: RequestContext,
  bearer: Exclude<Bearer, { kind: "invalid" }>,
) {
  const { owner = "", repo = "" }: Record<string, string> = c.req.param();
  for (const { account, names, permissions } of accessOf(github, bearer)) {
    const repository = findRepository(github, account, repo);
    if (!repository || !isSameLogin(account.login, owner)) continue;
    if (names.includes(repository.name)) return { repository, permissions };
  }
  return undefined;
}

/** Returns permissions as the header names them: alternatives are separated by semicolons. */
function describe(needs: readonly Permissions[]): string {
  const alternatives = needs.map((needed) =>
    Object.entries(needed)
      .map(([permission, level]) => `${permission}=${level}`)
      .join(","),
  );
  return alternatives.join("; ");
}

function toFieldError(resource: string, issue: v.BaseIssue<unknown>): FieldError {
  const field = v.getDotPath(issue) ?? "";
  const isMissing = issue.input === undefined || issue.input === "";
  return { resource, field, code: isMissing ? "missing_field" : "invalid" };
}
