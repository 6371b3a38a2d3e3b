import * as v from "valibot";
import { jsonResponse } from "../../http.ts";
import { type SiteRequest, type SiteRoute, siteError, withJson } from "../work/site-routes.ts";
import {
  addWebhook,
  extendWebhooks,
  removeWebhooks,
  type WebhookOwner,
  webhooksOf,
} from "./registered-webhooks.ts";
import { parseWebhookJql } from "./webhook-jql.ts";
import type { JiraWebhook } from "./webhook-records.ts";

/** The webhooks that one app may have for one account on one site. */
const MAX_WEBHOOKS = 5;

const ISSUE = ["created", "updated", "deleted"].map((change) => `jira:issue_${change}`);
const COMMENT = ["created", "updated", "deleted"].map((change) => `comment_${change}`);
const PROPERTY = ["set", "deleted"].map((change) => `issue_property_${change}`);
const SPRINT = ["created", "updated", "closed", "deleted", "started"].map((c) => `sprint_${c}`);
const VERSION = ["released", "unreleased", "created", "moved", "updated", "merged", "deleted"].map(
  (change) => `jira:version_${change}`,
);
/** The events that a dynamic webhook can have. Those of issues and comments are sent here. */
const EVENTS = new Set([...ISSUE, ...COMMENT, ...PROPERTY, ...SPRINT, ...VERSION]);

const Registration = v.object({
  url: v.pipe(v.string(), v.url("The URL is not valid.")),
  webhooks: v.pipe(
    v.array(v.object({ events: v.array(v.string()), jqlFilter: v.optional(v.string(), "") })),
    v.minLength(1, "At least one webhook is required."),
  ),
});
type Registration = v.InferOutput<typeof Registration>;

const Ids = v.object({ webhookIds: v.array(v.pipe(v.number(), v.integer())) });
type Ids = v.InferOutput<typeof Ids>;

const Page = v.object({
  startAt: v.optional(v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(0)), 0),
  maxResults: v.optional(v.pipe(v.unknown(), v.toNumber(), v.integer(), v.minValue(1)), 100),
});

const READ = ["read:jira-work", "read:webhook:jira"];
const MANAGE = ["manage:jira-webhook", "write:webhook:jira", "delete:webhook:jira"];

/**
 * The routes of dynamic webhooks.
 *
 * @see [Webhooks](https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-webhooks/)
 */
export const WEBHOOK_ROUTES: readonly SiteRoute[] = [
  { method: "GET", path: "/webhook", scopes: READ, handle: managed(list) },
  {
    method: "POST",
    path: "/webhook",
    scopes: READ,
    handle: managed(withJson(Registration, register)),
  },
  { method: "DELETE", path: "/webhook", scopes: READ, handle: managed(withJson(Ids, remove)) },
  { method: "PUT", path: "/webhook/refresh", scopes: READ, handle: managed(withJson(Ids, extend)) },
];

/** Every route needs the scope to manage webhooks too. */
function managed(handle: SiteRoute["handle"]): SiteRoute["handle"] {
  return (request) => {
    const { scopes } = request.caller.grant;
    if (MANAGE.some((scope) => scopes.includes(scope))) return handle(request);
    return jsonResponse(401, { code: 401, message: "Unauthorized; scope does not match" });
  };
}

function list(request: SiteRequest): Response {
  const page = v.safeParse(Page, request.c.req.query());
  if (!page.success) return siteError(400, ["The page is not valid."]);
  const { startAt, maxResults } = page.output;
  const webhooks = webhooksOf(request.jira, ownerOf(request));
  const values = webhooks.slice(startAt, startAt + maxResults).map((each) => toWire(request, each));
  const total = webhooks.length;
  const isLast = startAt + maxResults >= total;
  return jsonResponse(200, { maxResults, startAt, total, isLast, values });
}

/** The status is 200 also if no webhook could be registered: each has a result of its own. */
function register(request: SiteRequest, { url, webhooks }: Registration): Response {
  const { jira } = request;
  const owner = ownerOf(request);
  if (webhooksOf(jira, owner).some((other) => other.url !== url)) {
    return siteError(400, ["Only a single URL per app is allowed to be registered via REST API."]);
  }
  const webhookRegistrationResult = webhooks.map(({ events, jqlFilter }) => {
    const errors = errorsOf(events, jqlFilter);
    if (webhooksOf(jira, owner).length >= MAX_WEBHOOKS) {
      errors.push(`The limit of ${MAX_WEBHOOKS} webhooks per user has been reached.`);
    }
    if (errors.length > 0) return { errors };
    return { createdWebhookId: addWebhook(jira, owner, { url, events, jqlFilter }).id };
  });
  return jsonResponse(200, { webhookRegistrationResult });
}

function errorsOf(events: readonly string[], jqlFilter: string): string[] {
  const unknown = events.filter((event) => !EVENTS.has(event));
  const query = parseWebhookJql(jqlFilter);
  return [
    ...(events.length === 0 ? ["At least one event is required."] : []),
    ...unknown.map((event) => `The event ${event} is not supported`),
    ...("error" in query ? [query.error] : []),
  ];
}

function remove(request: SiteRequest, { webhookIds }: Ids): Response {
  removeWebhooks(request.jira, ownerOf(request), webhookIds);
  return new Response(null, { status: 202 });
}

function extend(request: SiteRequest, { webhookIds }: Ids): Response {
  const { jira } = request;
  const expiresAt = extendWebhooks(jira, ownerOf(request), webhookIds);
  return jsonResponse(200, { expirationDate: toExpirationDate(request, expiresAt) });
}

function toWire(request: SiteRequest, { id, url, events, jqlFilter, expiresAt }: JiraWebhook) {
  return { id, url, events, jqlFilter, expirationDate: toExpirationDate(request, expiresAt) };
}

function toExpirationDate({ jira }: SiteRequest, expiresAt: number): string {
  return jira.clock.toRealDate(expiresAt).toISOString().replace("Z", "+0000");
}

function ownerOf({ site, caller }: SiteRequest): WebhookOwner {
  return { site, login: caller.account.login };
}
