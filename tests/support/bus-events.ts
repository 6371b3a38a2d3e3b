import * as v from "valibot";
import { expect } from "vitest";
import { BusEvent } from "../../functions/invoke/bus-events.ts";
import type { Stack } from "../../local/stack.ts";

const Event = v.omit(BusEvent, ["time"]);

type Event = v.InferOutput<typeof Event>;

/** Returns what happened to one installation, oldest first, without the deliveries of its platform. */
export function sentEvents({ aws }: Stack, installationId: string): Event[] {
  return aws.events.flatMap(({ source, detailType, detail }) => {
    if (source !== "grantkeep") return [];
    const event = { source, "detail-type": detailType, detail };
    const parsed = v.parse(Event, event);
    expect(parsed).toEqual(event);
    return parsed.detail.installation_id === installationId ? [parsed] : [];
  });
}

/** The same: each type, with its reason if it has one. */
export function eventsOf(stack: Stack, installationId: string): string[] {
  return sentEvents(stack, installationId).map(({ "detail-type": type, detail: { reason } }) =>
    reason === undefined ? type : `${type} (${reason})`,
  );
}
