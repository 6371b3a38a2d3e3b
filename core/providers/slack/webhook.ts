import * as v from "valibot";
import { OrganizationId } from "../../installation.ts";
import type { PlatformWebhook } from "../../ports/webhook.ts";
import { invalidSignature, parseSignedJson, verifyHmac } from "../webhook-request.ts";
import type { SlackSecret } from "./settings.ts";

const SIGNATURE_HEADER = "x-slack-signature";
const TIMESTAMP_HEADER = "x-slack-request-timestamp";
const MAX_AGE_SECONDS = 300;

/** The events that can end an installation. Slack sends them in any order, and may repeat them. */
const RELEVANT = new Set(["app_uninstalled", "tokens_revoked"]);

/** @see [Using HTTP request URLs](https://docs.slack.dev/apis/events-api/using-http-request-urls) */
const Delivery = v.variant("type", [
  v.object({
    type: v.literal("url_verification"),
    challenge: v.pipe(v.string(), v.maxLength(1024)),
  }),
  v.object({
    type: v.literal("event_callback"),
    team_id: v.nullish(OrganizationId, null),
    enterprise_id: v.nullish(OrganizationId, null),
    event: v.object({ type: v.string() }),
  }),
  v.object({ type: v.pipe(v.string(), v.notValues(["url_verification", "event_callback"])) }),
]);

/**
 * The requests of Slack's Events API.
 *
 * @see [Verifying requests from Slack](https://docs.slack.dev/authentication/verifying-requests-from-slack)
 */
export const slackWebhook: PlatformWebhook = {
  platform: "slack",
  secretField: "signing_secret" satisfies keyof SlackSecret,

  verify(secret, { headers, body }, now) {
    const timestamp = headers[TIMESTAMP_HEADER];
    if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) {
      throw invalidSignature("timestamp");
    }
    const ageSeconds = now.getTime() / 1000 - Number(timestamp);
    if (Math.abs(ageSeconds) > MAX_AGE_SECONDS) throw invalidSignature("stale");

    const parts = [`v0:${timestamp}:`, body];
    verifyHmac(secret, parts, { prefix: "v0=", signature: headers[SIGNATURE_HEADER] });
  },

  read(request) {
    const delivery = parseSignedJson(Delivery, request);
    if ("challenge" in delivery) return { installations: [], challenge: delivery.challenge };
    if (!("event" in delivery) || !RELEVANT.has(delivery.event.type)) return { installations: [] };
    // A team and its enterprise are two organizations: each can have an installation.
    const organizationIds = [delivery.team_id, delivery.enterprise_id].filter((id) => id !== null);
    const toKey = (organizationId: string) => ({ platform: "slack", organizationId }) as const;
    return { installations: organizationIds.map(toKey) };
  },
};
