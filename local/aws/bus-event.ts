import * as v from "valibot";
import { ACCOUNT_ID, REGION } from "./account.ts";

/** The fields of an event that a person reads first. */
const Described = v.object({
  installation_id: v.string(),
  platform: v.string(),
  organization_name: v.string(),
  action: v.optional(v.string()),
  reason: v.optional(v.string()),
});

/** An event that was accepted by a bus. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** When it occurred (RFC 3339). */
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An event as EventBridge delivers it. */
export type DeliveredEvent = ReturnType<typeof toDeliveredEvent>;

/** Describes an event in one line. */
export function describeEvent({ detailType, detail }: BusEvent): string {
  const described = v.safeParse(Described, detail);
  if (!described.success) return detailType;
  const { platform, organization_name: name, installation_id: id } = described.output;
  const { action, reason } = described.output;
  const type = action === undefined ? detailType : `${detailType} ${action}`;
  return `${type}: ${name} on ${platform}, ${id}${reason ? ` (${reason})` : ""}`;
}

/**
 * Returns an event as EventBridge delivers it to a target. Only a replayed event has the name of a replay.
 *
 * @see [Event structure](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html)
 */
export function toDeliveredEvent(event: BusEvent, replayName?: string) {
  const { id, source, detailType, time, detail } = event;
  return {
    version: "0",
    id,
    "detail-type": detailType,
    source,
    account: ACCOUNT_ID,
    // EventBridge keeps whole seconds.
    time: time.replace(/\.\d+Z$/, "Z"),
    region: REGION,
    resources: [],
    ...(replayName !== undefined && { "replay-name": replayName }),
    detail,
  };
}
