import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { restError } from "../errors.ts";
import { pageResponse } from "../pagination.ts";
import { includesPermissions, type Permissions } from "../permissions.ts";
import { editIssue, openIssue } from "./issue-changes.ts";
import { toIssue, toLabel } from "./issue-shape.ts";
import { workOf } from "./repository.ts";
import {
  pathParameter,
  type RepositoryRequest,
  type RepositoryRoute,
  refusePermission,
  withJson,
} from "./repository-routes.ts";
import type { Issue } from "./work-records.ts";

const READ: readonly [Permissions, ...Permissions[]] = [
  { issues: "read" },
  { pull_requests: "read" },
];
const WRITE: readonly [Permissions, ...Permissions[]] = [
  { issues: "write" },
  { pull_requests: "write" },
];

const Title = v.pipe(
  v.union([v.string(), v.number()]),
  v.transform(String),
  v.minLength(1),
  v.maxLength(256),
);

/** A label is a name, or an object with a name. */
const LabelName = v.union([
  v.pipe(v.string(), v.minLength(1)),
  v.pipe(
    v.object({ name: v.string() }),
    v.transform(({ name }) => name),
  ),
]);
const Labels = v.array(LabelName);

const NewIssueBody = v.object({
  title: Title,
  body: v.optional(v.nullable(v.string()), null),
  labels: v.optional(Labels, []),
  assignees: v.optional(v.array(v.string()), []),
});

const IssueEditBody = v.object({
  title: v.exactOptional(Title),
  body: v.exactOptional(v.nullable(v.string())),
  state: v.exactOptional(v.picklist(["open", "closed"])),
  state_reason: v.optional(v.nullable(v.picklist(["completed", "not_planned", "reopened"]))),
  labels: v.exactOptional(Labels),
  assignees: v.exactOptional(v.array(v.string())),
});

/** GitHub takes a list of labels with and without the object around it. */
const LabelsBody = v.union([
  Labels,
  v.pipe(
    v.object({ labels: Labels }),
    v.transform(({ labels }) => labels),
  ),
]);

/** The routes of issues, for pull requests too. */
export const ISSUE_ROUTES: readonly RepositoryRoute[] = [
  { method: "GET", path: "/issues", needs: [{ issues: "read" }], handle: listIssues },
  {
    method: "POST",
    path: "/issues",
    needs: [{ issues: "write" }],
    handle: withJson(NewIssueBody, "Issue", (request, body) => {
      const { github, repository, actor } = request;
      const issue = openIssue(github, repository, { ...body, pull: null }, actor);
      const shown = toIssue(github, repository, issue);
      return jsonResponse(201, shown, { location: shown.url });
    }),
  },
  {
    method: "GET",
    path: "/issues/:number{[0-9]+}",
    needs: READ,
    handle: (request) =>
      withIssue(request, "read", (issue) =>
        jsonResponse(200, toIssue(request.github, request.repository, issue)),
      ),
  },
  {
    method: "PATCH",
    path: "/issues/:number{[0-9]+}",
    needs: WRITE,
    handle: withJson(IssueEditBody, "Issue", (request, { state_reason, ...edit }) =>
      withIssue(request, "write", (issue) => {
        const { github, repository, actor } = request;
        const reason = state_reason === undefined ? {} : { stateReason: state_reason };
        const changed = editIssue(github, repository, issue, { ...edit, ...reason }, actor);
        return jsonResponse(200, toIssue(github, repository, changed));
      }),
    ),
  },
  {
    method: "POST",
    path: "/issues/:number{[0-9]+}/labels",
    needs: WRITE,
    handle: withJson(LabelsBody, "Label", (request, added) =>
      withIssue(request, "write", (issue) => {
        const { github, repository, actor } = request;
        const labels = [...new Set([...issue.labels, ...added])];
        const changed = editIssue(github, repository, issue, { labels }, actor);
        const shown = changed.labels.map((label) => toLabel(github, repository, label));
        return jsonResponse(200, shown);
      }),
    ),
  },
];

/**
 * Handles a request for the issue of the path. A permission for pull requests opens only those, although
 * their comments, labels and reactions are those of issues.
 */
export function withIssue(
  request: RepositoryRequest,
  level: "read" | "write",
  handle: (issue: Issue) => Response,
): Response {
  const { github, repository, permissions } = request;
  const number = Number(pathParameter(request, "number"));
  const issue = workOf(github, repository).issues.find((known) => known.number === number);
  if (!issue) return restError(404, "Not Found");
  const isAllowed = issue.pull !== null || includesPermissions(permissions, { issues: level });
  return isAllowed ? handle(issue) : refusePermission();
}

/** Lists pull requests too, newest first, and only those that are open unless another state is named. */
function listIssues({ github, c, repository }: RepositoryRequest): Response {
  const { state = "open", labels = "", creator } = c.req.query();
  const wanted = labels.split(",").filter((label) => label !== "");
  const found = workOf(github, repository).issues.filter(
    (issue) =>
      (state === "all" || issue.state === state) &&
      (creator === undefined || issue.author === creator) &&
      wanted.every((label) => issue.labels.includes(label)),
  );
  return pageResponse(github, c, found.toReversed(), (page) =>
    page.map((issue) => toIssue(github, repository, issue)),
  );
}
