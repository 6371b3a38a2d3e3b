import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { toCommit } from "./commit-shape.ts";
import { openIssue } from "./issue-changes.ts";
import { changedFilesOf, commitsOf, type PullRequest, pullsOf, toPull } from "./pull-shape.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  withJson,
} from "./repository-routes.ts";
import type { Issue } from "./work-records.ts";

const NewPull = v.object({
  title: v.pipe(v.string(), v.minLength(1)),
  head: v.pipe(v.string(), v.minLength(1)),
  base: v.pipe(v.string(), v.minLength(1)),
  body: v.optional(v.nullable(v.string()), null),
  draft: v.optional(v.boolean(), false),
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
  const { content, issues } = workOf(github, repository);
  // `owner:branch` names a branch of a fork; here all branches are in one repository.
  const head = body.head.split(":").at(-1) ?? "";
  const shas = { head: content.branches[head], base: content.branches[body.base] };
  if (shas.head === undefined) return invalid("head");
  if (shas.base === undefined) return invalid("base");
  if (shas.head === shas.base) return custom(`No commits between ${body.base} and ${head}`);

  const isOpen = ({ state, pull }: Issue) =>
    state === "open" && pull?.head.ref === head && pull.base.ref === body.base;
  if (issues.some(isOpen)) {
    return custom(`A pull request already exists for ${repository.account.login}:${head}.`);
  }
  const pull = {
    head: { ref: head, sha: shas.head },
    base: { ref: body.base, sha: shas.base },
    isDraft: body.draft,
  };
  const { title, body: text } = body;
  const fields = { title, body: text, labels: [], assignees: [], pull };
  const created = openIssue(github, repository, fields, actor);
  return jsonResponse(201, toPull(github, repository, { ...created, pull }));
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

function invalid(field: string): Response {
  return restError(422, "Validation Failed", [{ resource: "PullRequest", field, code: "invalid" }]);
}

function custom(message: string): Response {
  return restError(422, "Validation Failed", [
    { resource: "PullRequest", field: "head", code: "custom", message },
  ]);
}
