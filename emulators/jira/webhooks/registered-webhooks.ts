import type { JiraContext } from "../context.ts";
import { findGrant, grantedSites } from "../grants.ts";
import type { JiraSite } from "../sites.ts";
import { parseWebhookJql } from "./webhook-jql.ts";
import type { JiraWebhook } from "./webhook-records.ts";

/** @see [Extend webhook life](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/) */
const LIFETIME_MS = 30 * 86_400_000;

/** The owner of webhooks: an app and an account on a site. */
export interface WebhookOwner {
  readonly site: JiraSite;
  readonly login: string;
}

/** Returns the webhooks of an owner that have not expired, oldest first. */
export function webhooksOf(jira: JiraContext, { site, login }: WebhookOwner): JiraWebhook[] {
  const { clientId } = jira.registration;
  return liveWebhooks(jira, site).filter(
    (webhook) => webhook.login === login && webhook.clientId === clientId,
  );
}

/** Adds a webhook. Its id is unique on its site only: two sites have the same ids. */
export function addWebhook(
  jira: JiraContext,
  { site, login }: WebhookOwner,
  fields: Pick<JiraWebhook, "url" | "events" | "jqlFilter">,
): JiraWebhook {
  const records = jira.records.get();
  const id = (records.lastWebhookIds[site.name] ?? 0) + 1;
  const { clientId } = jira.registration;
  const expiresAt = jira.clock.now() + LIFETIME_MS;
  const webhook = { ...fields, id, site: site.name, clientId, login, expiresAt };
  jira.records.set({
    ...records,
    webhooks: [...records.webhooks, webhook],
    lastWebhookIds: { ...records.lastWebhookIds, [site.name]: id },
  });
  return webhook;
}

/** Removes webhooks of an owner. Ids of others are ignored. */
export function removeWebhooks(
  jira: JiraContext,
  owner: WebhookOwner,
  ids: readonly number[],
): void {
  const removed = webhooksOf(jira, owner).filter(({ id }) => ids.includes(id));
  const records = jira.records.get();
  const webhooks = records.webhooks.filter((webhook) => !removed.includes(webhook));
  jira.records.set({ ...records, webhooks });
}

/** Extends the life of webhooks of an owner, and returns the time when they expire. Ids of others are ignored. */
export function extendWebhooks(
  jira: JiraContext,
  owner: WebhookOwner,
  ids: readonly number[],
): number {
  const expiresAt = jira.clock.now() + LIFETIME_MS;
  const extended = webhooksOf(jira, owner).filter(({ id }) => ids.includes(id));
  const records = jira.records.get();
  const webhooks = records.webhooks.map((webhook) =>
    extended.includes(webhook) ? { ...webhook, expiresAt } : webhook,
  );
  jira.records.set({ ...records, webhooks });
  return expiresAt;
}

/** Returns the webhooks that an event on an issue matches. Those of an account that has revoked its grant are left out. */
export function matchingWebhooks(
  jira: JiraContext,
  site: JiraSite,
  { event, issue }: { event: string; issue: Parameters<ReturnType<typeof matcherOf>>[0] },
): JiraWebhook[] {
  return liveWebhooks(jira, site).filter((webhook) => {
    const grant = findGrant(jira, webhook.login, webhook.clientId);
    const isGranted =
      grant && grantedSites(jira, webhook.login, grant).some(({ name }) => name === site.name);
    return isGranted && webhook.events.includes(event) && matcherOf(webhook)(issue);
  });
}

function matcherOf({ jqlFilter }: JiraWebhook) {
  const query = parseWebhookJql(jqlFilter);
  return "error" in query ? () => false : query.matches;
}

function liveWebhooks({ records, clock }: JiraContext, { name }: JiraSite): JiraWebhook[] {
  return records
    .get()
    .webhooks.filter(({ site, expiresAt }) => site === name && expiresAt > clock.now());
}
