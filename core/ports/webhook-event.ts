import * as v from "valibot";
import { Platform } from "../installation.ts";
import { Metadata } from "../metadata.ts";

/** A body in the bucket. */
const BodyReference = v.object({
  bucket: v.string(),
  key: v.string(),
  bytes: v.number(),
  sha256: v.string(),
});

/** A delivery as it is handed over to the bot. */
export const WebhookEvent = v.object({
  /** `<platform>:<id>`, where the id is the platform's. It stays the same when the event is sent again. */
  deliveryId: v.string(),
  platform: Platform,
  event: v.string(),
  action: v.nullable(v.string()),
  /** When the first copy of the delivery was received. */
  receivedAt: v.pipe(
    v.string(),
    v.isoTimestamp(),
    v.transform((text) => new Date(text)),
  ),
  /** The installation that the delivery is for; `null` if nobody has connected it. */
  installation: v.nullable(
    v.object({
      id: v.string(),
      organizationId: v.string(),
      organizationName: v.string(),
      metadata: Metadata,
    }),
  ),
  /** The text of a JSON object; where it is stored if it is too large for the bus; `null` if it is not handed over. */
  body: v.nullable(v.union([v.string(), BodyReference])),
});
export type WebhookEvent = Readonly<v.InferOutput<typeof WebhookEvent>>;

/** The port of the event bus, for deliveries. */
export interface WebhookBus {
  /**
   * Puts an event on the bus, within 0.8 seconds and without a retry. Returns whether the bus has taken it, and
   * never throws.
   */
  put(event: WebhookEvent): Promise<boolean>;
}
