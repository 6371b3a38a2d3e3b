import * as v from "valibot";
import type { Lifecycle, PlatformWebhook } from "../../ports/webhook.ts";
import {
  Action,
  hashOf,
  otherApp,
  parseSigned,
  readJsonBody,
  requireContent,
} from "../webhook-request.ts";
import { ownerOf, Workspace } from "./delivery-owner.ts";
import type { SlackSecret } from "./settings.ts";
import { verifySlackSignature } from "./signature.ts";

/** The events that can end an installation. Slack sends them in any order, and may repeat them. */
const LIFECYCLE = new Set(["app_uninstalled", "tokens_revoked"]);

const EventName = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]{0,63}$/));

const UrlVerification = v.object({
  type: v.literal("url_verification"),
  challenge: v.pipe(v.string(), v.maxLength(1024)),
});

/** The envelope of an event. */
const Envelope = v.object({
  ...Workspace.entries,
  api_app_id: v.nullish(v.string(), null),
  event_id: v.nullish(v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)), null),
});

/** @see [Using HTTP request URLs](https://docs.slack.dev/apis/events-api/using-http-request-urls) */
const EventCallback = v.object({
  ...Envelope.entries,
  type: v.literal("event_callback"),
  event: v.object({ type: EventName, subtype: Action }),
});

/** A message that is not about an event, e.g. `app_rate_limited`. */
const OtherMessage = v.object({
  ...Envelope.entries,
  type: v.pipe(EventName, v.notValues(["url_verification", "event_callback"])),
});

const Message = v.union([UrlVerification, EventCallback, OtherMessage]);

/** The requests of Slack's Events API. */
export const slackWebhook: PlatformWebhook = {
  platform: "slack",
  secretField: "signing_secret" satisfies keyof SlackSecret,
  verify: verifySlackSignature,

  read(request, { appId }) {
    const body = readJsonBody(request);
    const message = requireContent(Message, parseSigned(body));
    if ("challenge" in message) return { type: "check", challenge: message.challenge };

    const { api_app_id: ownAppId } = message;
    if (appId !== undefined && ownAppId !== null && ownAppId !== appId) throw otherApp();
    const isEvent = "event" in message;
    const event = isEvent ? message.event.type : message.type;
    return {
      type: "delivery",
      delivery: {
        id: message.event_id ?? hashOf(request),
        event,
        action: isEvent ? message.event.subtype : null,
        owner: ownerOf(message),
        lifecycle: isEvent && LIFECYCLE.has(event) ? toLifecycle(message) : null,
        body,
      },
    };
  },
};

/** A team and its enterprise are two organizations: each can have an installation. */
function toLifecycle({
  team_id: teamId,
  enterprise_id: enterpriseId,
}: v.InferOutput<typeof Workspace>): Lifecycle {
  const installations = [teamId, enterpriseId]
    .filter((id) => id !== null)
    .map((organizationId) => ({ platform: "slack", organizationId }) as const);
  return { installations, mayChangeToken: false, created: null };
}
