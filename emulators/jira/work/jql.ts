import { accountOf } from "../accounts.ts";
import { findProject } from "./projects.ts";
import { type JiraIssue, keyOf, textOf } from "./work-records.ts";

/** A query that was read, or Jira's message if it is not valid or not supported here. */
export type Jql =
  | { readonly isBounded: boolean; readonly matches: (issue: JiraIssue) => boolean }
  | { readonly error: string };

const CLAUSE =
  /^\s*"?(\w+)"?\s*(!=|=|!~|~|\bnot\s+in\b|\bin\b)\s*(\([^)]*\)|"[^"]*"|'[^']*'|[^\s"'()]+(?:\(\))?)\s*$/i;

/** The values of an issue that a field is compared with. */
const FIELDS: Readonly<Record<string, (issue: JiraIssue) => readonly string[]>> = {
  project: ({ project }) => [project, ...namesOf(project)],
  key: (issue) => [keyOf(issue)],
  issuekey: (issue) => [keyOf(issue)],
  id: (issue) => [issue.id, keyOf(issue)],
  status: ({ status }) => [status],
  issuetype: ({ issueType }) => [issueType],
  type: ({ issueType }) => [issueType],
  labels: ({ labels }) => labels,
  assignee: ({ assignee }) => (assignee === null ? ["empty"] : idsOf(assignee)),
  reporter: ({ author }) => idsOf(author),
  summary: ({ summary }) => [summary],
  description: ({ description }) => [textOf(description)],
  text: ({ summary, description, comments }) => [
    summary,
    textOf(description),
    ...comments.map(({ body }) => textOf(body)),
  ],
};

/**
 * Reads a query of clauses that are joined by `AND`, in the order of creation. Jira's own language also has
 * `OR`, parentheses, functions and other fields.
 *
 * @see [JQL](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-jql/)
 */
export function parseJql(jql: string): Jql {
  const [where = ""] = jql.split(/\border\s+by\b/i);
  if (where.trim() === "") return { isBounded: false, matches: () => true };

  const clauses = where.split(/\s+and\s+/i).map(parseClause);
  for (const clause of clauses) {
    if (typeof clause === "string") return { error: clause };
  }
  const matches = (issue: JiraIssue) =>
    clauses.every((clause) => typeof clause === "function" && clause(issue));
  return { isBounded: true, matches };
}

function parseClause(text: string): ((issue: JiraIssue) => boolean) | string {
  const [, field = "", operator = "", operand = ""] = CLAUSE.exec(text) ?? [];
  if (field === "") return `Error in the JQL Query: the clause '${text.trim()}' is not supported.`;
  const read = FIELDS[field.toLowerCase()];
  if (!read) {
    return `Field '${field}' does not exist or you do not have permission to view it.`;
  }
  if (operand.endsWith("()")) {
    return `Error in the JQL Query: the function '${operand}' is not supported.`;
  }
  const wanted = valuesOf(operand);
  const isText = operator.endsWith("~");
  const isNegated = operator.startsWith("!") || /^not/i.test(operator);
  return (issue) => {
    const held = read(issue).map((value) => value.toLowerCase());
    const isFound = wanted.some((value) =>
      held.some((other) => (isText ? other.includes(value) : other === value)),
    );
    return isFound !== isNegated;
  };
}

function valuesOf(operand: string): string[] {
  const inner = operand.startsWith("(") ? operand.slice(1, -1).split(",") : [operand];
  return inner.map((value) =>
    value
      .trim()
      .replaceAll(/^["']|["']$/g, "")
      .toLowerCase(),
  );
}

function idsOf(login: string): string[] {
  const { accountId, name } = accountOf(login);
  return [login, accountId, name];
}

function namesOf(key: string): string[] {
  const project = findProject(key);
  return project ? [project.id, project.name] : [];
}
