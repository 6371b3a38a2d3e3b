import * as v from "valibot";
import type { DynamicWebhooks, WebhookGrant } from "../../ports/dynamic-webhooks.ts";
import { platformError, requestPlatform, unexpectedResponse } from "../request.ts";
import { findSite, jiraSiteUrl } from "./api.ts";
import { type JiraWebhookSettings, WEBHOOK_SCOPES } from "./settings.ts";

const WEBHOOK_PATH = "/rest/api/3/webhook";

/** @see [Extend webhook life](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/) */
const LIFETIME_SECONDS = 30 * 86_400;

/** An app may have five for each account and site. */
const Listed = v.object({
  values: v.array(
    v.object({
      id: v.pipe(v.number(), v.integer(), v.minValue(0)),
      url: v.string(),
      events: v.array(v.string()),
      jqlFilter: v.nullish(v.string(), ""),
    }),
  ),
});
type ListedWebhook = v.InferOutput<typeof Listed>["values"][number];

/** The status of this response is 200 also if a webhook was refused. */
const Registered = v.object({
  webhookRegistrationResult: v.tuple([
    v.object({
      createdWebhookId: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
      errors: v.optional(v.array(v.string()), []),
    }),
  ]),
});

/**
 * Creates the dynamic webhooks of a Jira app: one for each site, with all configured events.
 *
 * @see [Webhooks](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/)
 */
export function createJiraWebhooks(
  apiUrl: string,
  settings: JiraWebhookSettings | undefined,
): DynamicWebhooks {
  return {
    configuration: settings && JSON.stringify([sorted(settings.events), settings.jql]),
    scopes: WEBHOOK_SCOPES,
    lifetimeSeconds: LIFETIME_SECONDS,

    async register(grant, { url, knownIds }) {
      const { organizationId, accessToken, signal } = grant;
      const site = await findSite({ url: apiUrl, accessToken, signal }, organizationId);
      if (!site?.url) throw unexpectedResponse("jira", "no site", 404);
      const listed = await list(apiUrl, grant);
      const own = listed.filter(({ id, url: to }) => to === url || knownIds.includes(String(id)));
      const kept = settings && findKept(own, { ...settings, url, knownIds });
      const others = own.filter((webhook) => webhook !== kept);
      // Before others are registered: a site takes one URL for an app, and at most five webhooks.
      if (others.length > 0) await remove(apiUrl, grant, others.map(toId));
      const host = new URL(site.url).host;
      const retired = knownIds.filter((id) => !own.some((webhook) => toId(webhook) === id));
      if (!settings) return { host, ids: [], retired };
      if (!kept) return { host, ids: [await create(apiUrl, grant, { ...settings, url })], retired };
      await extend(apiUrl, grant, kept);
      return { host, ids: [toId(kept)], retired };
    },

    async remove(grant, ids) {
      if (ids.length > 0) await remove(apiUrl, grant, ids);
    },
  };
}

interface Wanted extends JiraWebhookSettings {
  readonly url: string;
}

/** Returns the webhook that is as configured; of several, one that is stored. */
function findKept(
  listed: readonly ListedWebhook[],
  { url, events, jql, knownIds }: Wanted & { readonly knownIds: readonly string[] },
): ListedWebhook | undefined {
  const equal = listed.filter((webhook) => {
    const isSame = sorted(webhook.events) === sorted(events);
    return isSame && webhook.jqlFilter === jql && webhook.url === url;
  });
  return equal.find((webhook) => knownIds.includes(toId(webhook))) ?? equal[0];
}

async function list(apiUrl: string, grant: WebhookGrant): Promise<ListedWebhook[]> {
  const { status, body } = await request(apiUrl, grant, { method: "GET" });
  const listed = v.safeParse(Listed, body);
  if (status !== 200 || !listed.success)
    throw unexpectedResponse("jira", `status ${status}`, status);
  return listed.output.values;
}

async function create(
  apiUrl: string,
  grant: WebhookGrant,
  { url, events, jql }: Wanted,
): Promise<string> {
  const webhooks = [{ events, jqlFilter: jql }];
  const { status, body } = await request(apiUrl, grant, {
    method: "POST",
    body: { url, webhooks },
  });
  if (status === 400) throw platformError("jira", "provider_misconfigured", "webhook refused");
  const registered = v.safeParse(Registered, body);
  if (status !== 200 || !registered.success) {
    throw unexpectedResponse("jira", `status ${status}`, status);
  }
  const [{ createdWebhookId }] = registered.output.webhookRegistrationResult;
  if (createdWebhookId !== undefined) return String(createdWebhookId);
  throw platformError("jira", "provider_misconfigured", "webhook refused");
}

async function extend(apiUrl: string, grant: WebhookGrant, { id }: ListedWebhook): Promise<void> {
  const { status } = await request(apiUrl, grant, {
    method: "PUT",
    path: "/refresh",
    body: { webhookIds: [id] },
  });
  if (status !== 200) throw unexpectedResponse("jira", `status ${status}`, status);
}

async function remove(apiUrl: string, grant: WebhookGrant, ids: readonly string[]): Promise<void> {
  const webhookIds = ids.map(Number);
  const { status } = await request(apiUrl, grant, { method: "DELETE", body: { webhookIds } });
  if (status < 200 || status > 299) throw unexpectedResponse("jira", `status ${status}`, status);
}

function request(
  apiUrl: string,
  { organizationId, accessToken, signal }: WebhookGrant,
  {
    method,
    path = "",
    body,
  }: { method: "GET" | "POST" | "PUT" | "DELETE"; path?: string; body?: object },
) {
  return requestPlatform({
    platform: "jira",
    url: new URL(jiraSiteUrl(apiUrl, organizationId) + WEBHOOK_PATH + path),
    method,
    headers: {
      authorization: `Bearer ${accessToken}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal,
  });
}

/** Jira may return the events in another order. */
function sorted(events: readonly string[]): string {
  return [...new Set(events)].sort().join();
}

function toId({ id }: ListedWebhook): string {
  return String(id);
}
