import { type Jql, parseJql } from "../work/jql.ts";

const FIELDS = /^(?:issuekey|key|project|issuetype|type|status|assignee|reporter)$/i;
const FIELD = /(?:^|\band\b)\s*"?(\w+)"?/gi;

/**
 * Reads the filter of a webhook: clauses that are joined by `AND`, of the fields and operators that webhooks
 * can have (of custom fields and properties, none here).
 *
 * @see [Register dynamic webhooks](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/)
 */
export function parseWebhookJql(jql: string): Jql {
  const query = parseJql(jql);
  if ("error" in query) return query;
  if (!query.isBounded) return { error: "The JQL filter is empty." };
  if (/\border\s+by\b/i.test(jql)) return { error: "The clause ORDER BY is unsupported" };
  if (/~/.test(jql.replaceAll(/"[^"]*"|'[^']*'/g, ""))) {
    return { error: "The operator ~ is unsupported" };
  }
  for (const [, field = ""] of jql.matchAll(FIELD)) {
    if (!FIELDS.test(field)) return { error: `The clause ${field} is unsupported` };
  }
  return query;
}
