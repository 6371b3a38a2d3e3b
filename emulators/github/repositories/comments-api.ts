import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { includesPermissions, type Permissions } from "../permissions.ts";
import { addComment, deleteComment, editComment } from "./issue-changes.ts";
import { toComment } from "./issue-shape.ts";
import { withIssue } from "./issues-api.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  refusePermission,
  withJson,
} from "./repository-routes.ts";
import type { IssueComment } from "./work-records.ts";

const READ: readonly [Permissions, ...Permissions[]] = [
  { issues: "read" },
  { pull_requests: "read" },
];
const WRITE: readonly [Permissions, ...Permissions[]] = [
  { issues: "write" },
  { pull_requests: "write" },
];

const CommentBody = v.object({ body: v.pipe(v.string(), v.minLength(1), v.maxLength(65_536)) });

/** The routes of comments on issues and pull requests. */
export const COMMENT_ROUTES: readonly RepositoryRoute[] = [
  {
    method: "GET",
    path: "/issues/:number{[0-9]+}/comments",
    needs: READ,
    handle: (request) => withIssue(request, "read", ({ number }) => listComments(request, number)),
  },
  {
    method: "POST",
    path: "/issues/:number{[0-9]+}/comments",
    needs: WRITE,
    handle: withJson(CommentBody, "IssueComment", (request, { body }) =>
      withIssue(request, "write", (issue) => {
        const { github, repository, actor } = request;
        const comment = addComment(github, repository, issue, body, actor);
        const shown = toComment(github, repository, comment);
        return jsonResponse(201, shown, { location: shown.url });
      }),
    ),
  },
  {
    method: "GET",
    path: "/issues/comments/:comment{[0-9]+}",
    needs: READ,
    handle: (request) =>
      withComment(request, "read", (comment) =>
        jsonResponse(200, toComment(request.github, request.repository, comment)),
      ),
  },
  {
    method: "PATCH",
    path: "/issues/comments/:comment{[0-9]+}",
    needs: WRITE,
    handle: withJson(CommentBody, "IssueComment", (request, { body }) =>
      withComment(request, "write", (comment) => {
        const { github, repository, actor } = request;
        const changed = editComment(github, repository, comment, { body, actor });
        return jsonResponse(200, toComment(github, repository, changed));
      }),
    ),
  },
  {
    method: "DELETE",
    path: "/issues/comments/:comment{[0-9]+}",
    needs: WRITE,
    handle: (request) =>
      withComment(request, "write", (comment) => {
        const { github, repository, actor } = request;
        deleteComment(github, repository, comment, actor);
        return new Response(null, { status: 204 });
      }),
  },
];

/** Handles a request for the comment of the path. */
export function withComment(
  request: RepositoryRequest,
  level: "read" | "write",
  handle: (comment: IssueComment) => Response,
): Response {
  const { github, repository, permissions } = request;
  const { comments, issues } = workOf(github, repository);
  const id = Number(pathParameter(request, "comment"));
  const comment = comments.find((known) => known.id === id);
  if (!comment) return restError(404, "Not Found");
  const issue = issues.find(({ number }) => number === comment.issue);
  const isOnPull = issue?.pull != null;
  const isAllowed = isOnPull || includesPermissions(permissions, { issues: level });
  return isAllowed ? handle(comment) : refusePermission();
}

function listComments({ github, c, repository }: RepositoryRequest, issue: number): Response {
  const found = workOf(github, repository).comments.filter((comment) => comment.issue === issue);
  return pageResponse(github, c, found, (page) =>
    page.map((comment) => toComment(github, repository, comment)),
  );
}
