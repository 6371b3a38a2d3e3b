import { errors, jwtVerify } from "jose";
import * as v from "valibot";
import { OrganizationId } from "../../installation.ts";
import type { PlatformWebhook, WebhookRequest, WebhookSite } from "../../ports/webhook.ts";
import {
  Action,
  hashOf,
  invalidSignature,
  parseSigned,
  readJsonBody,
  requireContent,
} from "../webhook-request.ts";
import type { JiraSecret } from "./settings.ts";

/** A retry has the same; another site can have the same for another delivery. */
const IDENTIFIER_HEADER = "x-atlassian-webhook-identifier";

/** Atlassian documents no lifetime. Its clock and that of this process may differ by a minute. */
const JWT = { algorithms: ["HS256"], maxTokenAge: "1 day", clockTolerance: "1 minute" };

/** The id of a delivery is part of a key. */
const MAX_ID_LENGTH = 150;

const EventName = v.pipe(
  v.string(),
  v.regex(/^(?:jira:)?[a-z][a-z0-9_]{0,63}$/),
  v.transform((name) => name.replace(/^jira:/, "")),
);

/** The address of something on a site: below its host, or below the gateway of Atlassian's API. */
const Self = v.fallback(v.nullish(v.object({ self: v.pipe(v.string(), v.url()) }), null), null);

const MatchedIds = v.pipe(
  v.array(v.pipe(v.number(), v.integer(), v.minValue(0), v.transform(String))),
  v.nonEmpty(),
  v.maxLength(100),
);

/** @see [Webhooks](https://developer.atlassian.com/cloud/jira/platform/webhooks/) */
const Delivery = v.object({
  webhookEvent: EventName,
  issue_event_type_name: Action,
  issue: Self,
  comment: Self,
  sprint: Self,
  version: Self,
  matchedWebhookIds: v.fallback(v.nullish(MatchedIds, null), null),
});

/**
 * The dynamic webhooks of a Jira app. All sites send theirs to one URL, with a JWT that is signed with the client
 * secret and that covers no body: it does not prove which site has sent it.
 */
export const jiraWebhook: PlatformWebhook = {
  platform: "jira",
  secretField: "client_secret" satisfies keyof v.InferOutput<typeof JiraSecret>,

  async verify(secret, { headers }, now) {
    const [, token] = /^bearer (\S+)$/i.exec(headers.authorization ?? "") ?? [];
    if (token === undefined) throw invalidSignature("no token");
    const options = { ...JWT, currentDate: now, requiredClaims: ["exp"] };
    await jwtVerify(token, new TextEncoder().encode(secret), options).catch((error: unknown) => {
      throw invalidSignature(error instanceof errors.JWTExpired ? "stale" : "signature");
    });
  },

  read(request) {
    const body = readJsonBody(request);
    const message = requireContent(Delivery, parseSigned(body));
    const { issue, comment, sprint, version } = message;
    const self = [issue, comment, sprint, version].find((subject) => subject !== null)?.self;
    const site = self === undefined ? undefined : siteOf(new URL(self));
    return {
      type: "delivery",
      delivery: {
        id: idOf(request, site),
        event: message.webhookEvent,
        action: message.issue_event_type_name,
        owner:
          site && message.matchedWebhookIds
            ? { type: "webhooks", site, webhookIds: message.matchedWebhookIds }
            : null,
        lifecycle: null,
        body,
      },
    };
  },
};

/** Returns the site of an address: its host, or the cloud id in the path of the gateway. */
function siteOf({ protocol, host, pathname }: URL): WebhookSite | undefined {
  const [, cloudId] = /^\/ex\/jira\/([^/]+)\//.exec(pathname) ?? [];
  if (cloudId !== undefined)
    return v.is(OrganizationId, cloudId) ? { organizationId: cloudId } : undefined;
  return protocol === "https:" ? { host } : undefined;
}

/** Returns the id that Jira sends, with the site that it is unique on. */
function idOf(request: WebhookRequest, site: WebhookSite | undefined): string {
  const identifier = request.headers[IDENTIFIER_HEADER] ?? "";
  if (!site || !/^[\w.:-]{1,64}$/.test(identifier)) return hashOf(request);
  const id = `${"host" in site ? site.host : site.organizationId}/${identifier}`;
  return id.length > MAX_ID_LENGTH ? hashOf(request) : id;
}
