import * as v from "valibot";
import type { HttpEvent } from "../../../functions/http/event.ts";
import { parseSignedJson } from "../../../functions/http/request.ts";
import { OrganizationId } from "../../installation.ts";

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

/** They come in any order, and the same as often as Slack likes. */
const RELEVANT = new Set(["app_uninstalled", "tokens_revoked"]);

/** What is to be done about a delivery: answer a challenge, or ask how organizations stand. */
export type SlackDelivery =
  | { readonly challenge: string }
  | { readonly organizationIds: readonly string[] };

/**
 * Reads a signed delivery of Slack's.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function readSlackDelivery(event: HttpEvent, body: Buffer): SlackDelivery {
  const delivery = parseSignedJson(Delivery, event, body);
  if ("challenge" in delivery) return { challenge: delivery.challenge };
  if (!("event" in delivery) || !RELEVANT.has(delivery.event.type)) return { organizationIds: [] };
  // A team and its enterprise are two organizations, each with a row of its own or none.
  const { team_id, enterprise_id } = delivery;
  return { organizationIds: [team_id, enterprise_id].filter((id) => id !== null) };
}
