import * as v from "valibot";
import { InstallationId, OrganizationId, Platform } from "../../core/installation.ts";
import { Metadata } from "../../core/metadata.ts";
import { IsoTimestamp } from "../http/iso-timestamp.ts";
import type { FieldTexts } from "./contract/function-contract.ts";

/** Keeps every key, such as `__proto__`, which `v.record` drops. */
const JsonObject = v.pipe(
  v.custom<Readonly<Record<string, unknown>>>(
    (input) => typeof input === "object" && input !== null && !Array.isArray(input),
  ),
  v.metadata({ type: "object" }),
);

/** An event on the bus that was made of a delivery of a platform, as a subscriber receives it from EventBridge. */
export const WebhookBusEvent = v.object({
  source: v.literal("grantkeep.webhooks"),
  "detail-type": v.pipe(v.string(), v.regex(/^(github|slack|jira)\.[a-z][\w:.-]*$/)),
  time: IsoTimestamp,
  detail: v.object({
    installation_id: v.optional(InstallationId),
    platform: Platform,
    organization_id: v.optional(OrganizationId),
    organization_name: v.optional(v.string()),
    metadata: v.optional(Metadata),
    delivery_id: v.string(),
    event: v.string(),
    action: v.nullable(v.string()),
    received_at: IsoTimestamp,
    body: v.optional(JsonObject),
    body_ref: v.optional(
      v.object({
        bucket: v.string(),
        key: v.string(),
        bytes: v.number(),
        sha256: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
      }),
    ),
    body_url: v.optional(v.pipe(v.string(), v.url())),
  }),
});
export type WebhookBusEvent = v.InferInput<typeof WebhookBusEvent>;

export const webhookEventFields = {
  source: "Always `grantkeep.webhooks`.",
  "detail-type":
    "The platform and the event: `github.issues`, `slack.app_mention`, `jira.issue_updated`. It ends with `.unclaimed` if no installation is connected.",
  time: "When the delivery was received.",
  detail: "The delivery, and the installation that it is for.",
  "detail.installation_id":
    "The id of the installation, with which a bot looks up its token. Not in unclaimed events.",
  "detail.platform": "The platform that sent the delivery.",
  "detail.organization_id": "The platform's own id of the organization. Not in unclaimed events.",
  "detail.organization_name": "The name of the organization. Not in unclaimed events.",
  "detail.metadata":
    "The metadata of the installation, such as the id of your customer. Not in unclaimed events.",
  "detail.delivery_id":
    "The platform and the id of the delivery there. An event may be delivered more than once, with the same id: drop the repeats.",
  "detail.event": "The event, as the platform names it.",
  "detail.action": "The action of the event, e.g. `opened`; `null` if the event has none.",
  "detail.received_at": "When the first copy of the delivery was received.",
  "detail.body":
    "The body as the platform sent it. Not in a large event, and not in an unclaimed one unless `unclaimedBodies` is configured.",
  "detail.body_ref": "Only in a large event: where the body is, for the role of a bot.",
  "detail.body_ref.bucket": "The S3 bucket.",
  "detail.body_ref.key": "The key of the object. It exists for seven days.",
  "detail.body_ref.bytes": "The length of the body.",
  "detail.body_ref.sha256": "The SHA-256 of the body, in hexadecimal.",
  "detail.body_url":
    "Only in a large event: a URL that returns the body for at most 15 minutes, to anybody who has it.",
} as const satisfies FieldTexts;
