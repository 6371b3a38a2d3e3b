import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { ACCOUNTS } from "../accounts.ts";
import { apiUrlOf, toComment, toIssue, toStatus } from "./issue-shape.ts";
import { addComment, createIssue, editIssue } from "./issues.ts";
import { findProject, ISSUE_TYPES, STATUSES } from "./projects.ts";
import { selectFields } from "./search-api.ts";
import { type SiteRequest, type SiteRoute, siteError, withIssue, withJson } from "./site-routes.ts";
import { AdfDocument, keyOf } from "./work-records.ts";

const NO_DOCUMENT =
  "Operation value must be an Atlassian Document (see the Atlassian Document Format)";

const Document = v.custom<AdfDocument>((value) => v.is(AdfDocument, value), NO_DOCUMENT);

const Summary = v.pipe(
  v.string("You must specify a summary of the issue."),
  v.trim(),
  v.minLength(1, "You must specify a summary of the issue."),
  v.maxLength(255, "Summary must be less than 255 characters."),
);

const IssueType = v.pipe(
  v.object({ id: v.optional(v.string()), name: v.optional(v.string()) }),
  v.transform((wanted) =>
    ISSUE_TYPES.find(({ id, name }) => id === wanted.id || name === wanted.name),
  ),
  v.check((type) => type !== undefined, "Specify a valid issue type"),
  v.transform((type) => type?.name ?? ISSUE_TYPES[0].name),
);

const Project = v.pipe(
  v.object(
    { id: v.optional(v.string(), ""), key: v.optional(v.string(), "") },
    "Specify a valid project ID or key",
  ),
  v.transform(({ id, key }) => findProject(id) ?? findProject(key)),
  v.check((project) => project !== undefined, "Specify a valid project ID or key"),
  v.transform((project) => project?.key ?? ""),
);

/** An account is named by its id, and stored by its login. */
const Assignee = v.nullable(
  v.pipe(
    v.object({ accountId: v.optional(v.string()), id: v.optional(v.string()) }),
    v.transform(({ accountId, id }) =>
      ACCOUNTS.find((known) => known.accountId === (accountId ?? id)),
    ),
    v.check((account) => account !== undefined, "The account does not exist."),
    v.transform((account) => account?.login ?? ""),
  ),
);

const Labels = v.array(v.pipe(v.string(), v.regex(/^\S+$/, "A label cannot contain spaces.")));

const NewIssue = v.object({
  fields: v.object({
    project: Project,
    summary: Summary,
    issuetype: IssueType,
    description: v.optional(v.nullable(Document), null),
    labels: v.optional(Labels, []),
    assignee: v.optional(Assignee, null),
  }),
});

const IssueEdit = v.object({
  fields: v.object({
    summary: v.exactOptional(Summary),
    description: v.exactOptional(v.nullable(Document)),
    labels: v.exactOptional(Labels),
    assignee: v.exactOptional(Assignee),
  }),
});

const Transition = v.object({ transition: v.object({ id: v.string() }) });
const CommentBody = v.object({ body: Document });

const READ = ["read:jira-work", "read:issue:jira"];
const WRITE = ["write:jira-work", "write:issue:jira"];

/** The routes of issues and their comments. */
export const ISSUE_ROUTES: readonly SiteRoute[] = [
  { method: "POST", path: "/issue", scopes: WRITE, handle: withJson(NewIssue, create) },
  {
    method: "GET",
    path: "/issue/:issue",
    scopes: READ,
    handle: (request) =>
      withIssue(request, (issue) => {
        const { jira, c, site } = request;
        const names = c.req.query("fields")?.split(",") ?? ["*all"];
        return jsonResponse(200, selectFields(toIssue(jira, site, issue), names));
      }),
  },
  {
    method: "PUT",
    path: "/issue/:issue",
    scopes: WRITE,
    handle: withJson(IssueEdit, (request, { fields }) =>
      withIssue(request, (issue) => {
        editIssue(request.jira, issue, fields, request.caller.account.login);
        return new Response(null, { status: 204 });
      }),
    ),
  },
  {
    method: "GET",
    path: "/issue/:issue/transitions",
    scopes: READ,
    handle: (request) => withIssue(request, () => listTransitions(request)),
  },
  {
    method: "POST",
    path: "/issue/:issue/transitions",
    scopes: WRITE,
    handle: withJson(Transition, (request, { transition }) =>
      withIssue(request, (issue) => {
        const status = STATUSES.find((known) => known.transition === transition.id);
        if (!status)
          return siteError(400, [`Transition id '${transition.id}' is not valid for this issue.`]);
        editIssue(request.jira, issue, { status: status.name }, request.caller.account.login);
        return new Response(null, { status: 204 });
      }),
    ),
  },
  {
    method: "GET",
    path: "/issue/:issue/comment",
    scopes: ["read:jira-work", "read:comment:jira"],
    handle: (request) =>
      withIssue(request, (issue) => {
        const { jira, site } = request;
        const comments = issue.comments.map((comment) => toComment(jira, site, issue, comment));
        const total = comments.length;
        return jsonResponse(200, { startAt: 0, maxResults: 5000, total, comments });
      }),
  },
  {
    method: "POST",
    path: "/issue/:issue/comment",
    scopes: ["write:jira-work", "write:comment:jira"],
    handle: withJson(CommentBody, (request, { body }) =>
      withIssue(request, (issue) => {
        const { jira, site, caller } = request;
        const comment = addComment(jira, issue, body, caller.account.login);
        return jsonResponse(201, toComment(jira, site, issue, comment));
      }),
    ),
  },
];

function create(
  { jira, site, caller }: SiteRequest,
  { fields: { issuetype, ...fields } }: v.InferOutput<typeof NewIssue>,
): Response {
  const { login } = caller.account;
  const issue = createIssue(jira, site, { ...fields, issueType: issuetype }, login);
  const { id } = issue;
  const self = `${apiUrlOf(jira, site)}/issue/${id}`;
  return jsonResponse(201, { id, key: keyOf(issue), self });
}

/** Every status can be reached from every other one. */
function listTransitions({ jira, site }: SiteRequest): Response {
  const transitions = STATUSES.map(({ name, transition }) => ({
    id: transition,
    name,
    to: toStatus(jira, site, name),
    hasScreen: false,
    isGlobal: true,
    isInitial: false,
    isAvailable: true,
    isConditional: false,
  }));
  return jsonResponse(200, { expand: "transitions", transitions });
}
