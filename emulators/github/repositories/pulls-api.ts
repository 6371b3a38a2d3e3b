import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { toCommit } from "./commit-shape.ts";
import { editIssue } from "./issue-changes.ts";
import { openPull } from "./pull-changes.ts";
import { changedFilesOf, commitsOf, type PullRequest, pullsOf, toPull } from "./pull-shape.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";

const NewPull = v.object({
  title: v.pipe(v.string(), v.minLength(1)),
  head: v.pipe(v.string(), v.minLength(1)),
  base: v.pipe(v.string(), v.minLength(1)),
  body: v.optional(v.nullable(v.string()), null),
  draft: v.optional(v.boolean(), false),
});

const PullEdit = v.object({
  title: v.exactOptional(v.pipe(v.string(), v.minLength(1))),
  body: v.exactOptional(v.nullable(v.string())),
  state: v.exactOptional(v.picklist(["open", "closed"])),
});

/**
 * The routes of pull requests between the branches of one repository.
 *
 * @see [Pull requests](https://docs.github.com/en/rest/pulls/pulls)
 */
export const PULL_ROUTES: readonly RepositoryRoute[] = [
  { method: "GET", path: "/pulls", needs: [{ pull_requests: "read" }], handle: listPulls },
  {
    method: "POST",
    path: "/pulls",
    needs: [{ pull_requests: "write" }],
    handle: withJson(NewPull, "PullRequest", createPull),
  },
  {
    method: "GET",
    path: "/pulls/:number{[0-9]+}",
    needs: [{ pull_requests: "read" }],
    handle: (request) =>
      withPull(request, (pull) =>
        jsonResponse(200, toPull(request.github, request.repository, pull)),
      ),
  },
  {
    method: "PATCH",
    path: "/pulls/:number{[0-9]+}",
    needs: [{ pull_requests: "write" }],
    handle: withJson(PullEdit, "PullRequest", (request, edit) =>
      withPull(request, (pull) => {
        const { github, repository, actor } = request;
        const changed = editIssue(github, repository, pull, edit, actor);
        return jsonResponse(200, toPull(github, repository, { ...changed, pull: pull.pull }));
      }),
    ),
  },
  {
    method: "GET",
    path: "/pulls/:number{[0-9]+}/files",
    needs: [{ pull_requests: "read" }],
    handle: (request) =>
      withPull(request, (pull) => {
        const { github, c, repository } = request;
        const files = changedFilesOf(github, repository, pull);
        return pageResponse(github, c, files, (page) => page);
      }),
  },
  {
    method: "GET",
    path: "/pulls/:number{[0-9]+}/commits",
    needs: [{ pull_requests: "read" }],
    handle: (request) =>
      withPull(request, (pull) => {
        const { github, c, repository } = request;
        return pageResponse(github, c, commitsOf(github, repository, pull), (page) =>
          page.map((commit) => toCommit(github, repository, commit)),
        );
      }),
  },
];

function createPull(request: RepositoryRequest, body: v.InferOutput<typeof NewPull>): Response {
  const { github, repository, actor } = request;
  const opened = openPull(github, repository, body, actor);
  if ("code" in opened) return restError(422, "Validation Failed", [opened]);
  return jsonResponse(201, toPull(github, repository, opened));
}

function listPulls(request: RepositoryRequest): Response {
  const { github, c, repository } = request;
  const { state = "open", head, base } = c.req.query();
  const found = pullsOf(request.github, request.repository).filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      (head === undefined || head === `${repository.account.login}:${issue.pull.head.ref}`) &&
      (base === undefined || base === issue.pull.base.ref),
  );
  return pageResponse(github, c, found.toReversed(), (page) =>
    page.map((issue) => toPull(github, repository, issue)),
  );
}

function withPull(request: RepositoryRequest, handle: (pull: PullRequest) => Response): Response {
  const number = Number(pathParameter(request, "number"));
  const found = pullsOf(request.github, request.repository).find(
    (issue) => issue.number === number,
  );
  return found ? handle(found) : restError(404, "Not Found");
}
