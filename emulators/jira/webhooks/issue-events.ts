import { randomInt } from "node:crypto";
import { accountOf } from "../accounts.ts";
import type { JiraContext } from "../context.ts";
import { type JiraSite, siteOf } from "../sites.ts";
import { toUser } from "../user-shape.ts";
import { toComment, toIssue } from "../work/issue-shape.ts";
import { STATUSES } from "../work/projects.ts";
import { type JiraComment, type JiraIssue, textOf } from "../work/work-records.ts";
import { matchingWebhooks } from "./registered-webhooks.ts";

/** A change of an issue that webhooks are sent for, by the person or the app that made it. */
export type IssueChange =
  | { readonly event: "jira:issue_created" }
  | { readonly event: "jira:issue_updated"; readonly before: JiraIssue }
  | { readonly event: "comment_created"; readonly comment: JiraComment };

/**
 * Sends the webhooks that match a change: one request for each URL and account, which names all that match.
 *
 * @see [Webhooks](https://developer.atlassian.com/cloud/jira/platform/webhooks/)
 */
export function emitIssueEvent(
  jira: JiraContext,
  issue: JiraIssue,
  change: IssueChange,
  login: string,
): void {
  const site = siteOf(issue.site);
  const matching = matchingWebhooks(jira, site, { event: change.event, issue });
  const recipients = Map.groupBy(
    matching,
    ({ login, clientId, url }) => `${clientId} ${login} ${url}`,
  );
  for (const webhooks of recipients.values()) {
    const [{ url } = { url: "" }] = webhooks;
    const matchedWebhookIds = webhooks.map(({ id }) => id);
    const payload = { ...toPayload(jira, site, issue, change, login), matchedWebhookIds };
    jira.outbox.emit({ event: change.event, site: site.name, url, body: JSON.stringify(payload) });
  }
}

function toPayload(
  jira: JiraContext,
  site: JiraSite,
  issue: JiraIssue,
  change: IssueChange,
  login: string,
) {
  const shown = toWebhookIssue(jira, site, issue);
  const envelope = {
    timestamp: jira.clock.toRealDate(issue.updatedAt).getTime(),
    webhookEvent: change.event,
  };
  if (change.event === "comment_created") {
    const comment = toComment(jira, site, issue, change.comment, webhookBaseOf(site));
    const { summary, issuetype, project, assignee, status } = shown.fields;
    return {
      ...envelope,
      comment: { ...comment, body: textOf(change.comment.body) },
      issue: { ...shown, fields: { summary, issuetype, project, assignee, status } },
      eventType: "primaryAction",
    };
  }
  const user = toUser(site, accountOf(login));
  if (change.event === "jira:issue_created") {
    return { ...envelope, issue_event_type_name: "issue_created", user, issue: shown };
  }
  const items = changesOf(change.before, issue);
  return {
    ...envelope,
    issue_event_type_name: "issue_generic",
    user,
    issue: shown,
    changelog: { id: String(randomInt(10_000, 2 ** 31)), items },
  };
}

/** Returns an issue as webhooks show it: as version 2 of the API, with the URLs of the site and plain texts. */
function toWebhookIssue(jira: JiraContext, site: JiraSite, issue: JiraIssue) {
  const { expand: _, fields, ...shown } = toIssue(jira, site, issue, webhookBaseOf(site));
  const { comment: __, ...others } = fields;
  const description = issue.description === null ? null : textOf(issue.description);
  return { ...shown, fields: { ...others, description } };
}

function webhookBaseOf({ url }: JiraSite): string {
  return `${url}/rest/api/2`;
}

function changesOf(before: JiraIssue, after: JiraIssue) {
  const fields = [
    { field: "status", of: ({ status }: JiraIssue) => [statusId(status), status] },
    { field: "summary", of: ({ summary }: JiraIssue) => [null, summary] },
    {
      field: "description",
      of: ({ description }: JiraIssue) => [null, textOf(description) || null],
    },
    { field: "labels", of: ({ labels }: JiraIssue) => [null, labels.join(" ")] },
    { field: "assignee", of: ({ assignee }: JiraIssue) => accountPair(assignee) },
  ] as const;
  return fields.flatMap(({ field, of }) => {
    const [from = null, fromString = null] = of(before);
    const [to = null, toText = null] = of(after);
    if (from === to && fromString === toText) return [];
    return [{ field, fieldtype: "jira", fieldId: field, from, fromString, to, toString: toText }];
  });
}

function statusId(name: string): string | null {
  return STATUSES.find((status) => status.name === name)?.id ?? null;
}

function accountPair(login: string | null): [string | null, string | null] {
  if (login === null) return [null, null];
  const { accountId, name } = accountOf(login);
  return [accountId, name];
}
