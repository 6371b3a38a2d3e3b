import * as v from "valibot";
import type { HttpEvent } from "../../../functions/http/event.ts";
import { parseSignedJson } from "../../../functions/http/request.ts";
import { ServiceError } from "../../errors.ts";

const EventName = v.pipe(v.string(), v.regex(/^[a-z_]{1,64}$/));

/** @see [Webhook events](https://docs.github.com/en/webhooks/webhook-events-and-payloads#installation) */
const Delivery = v.object({
  action: v.optional(v.string()),
  installation: v.optional(v.object({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)) })),
});

/** The events that may change how an installation stands; all others are answered and forgotten. */
const RELEVANT = new Set(["installation", "installation_target"]);

/**
 * GitHub's id of the installation that a signed delivery may have news of; `undefined` when it has none.
 *
 * @throws {ServiceError} `unsupported_media_type`, `invalid_request`
 */
export function readGithubDelivery(event: HttpEvent, body: Buffer): string | undefined {
  const { installation } = parseSignedJson(Delivery, event, body);
  const name = v.safeParse(EventName, event.headers["x-github-event"]);
  if (!name.success) throw new ServiceError("invalid_request", "The event has no name.");
  return installation && RELEVANT.has(name.output) ? String(installation.id) : undefined;
}
