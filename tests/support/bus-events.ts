import * as v from "valibot";
import { expect } from "vitest";
import { BusEvent } from "../../functions/invoke/bus-events.ts";
import type { Stack } from "../../local/stack.ts";

const Event = v.omit(BusEvent, ["time"]);

/** Returns the events about one installation, oldest first: each type, with its reason if it has one. */
export function eventsOf({ aws }: Stack, installationId: string): string[] {
  return aws.events.flatMap(({ source, detailType, detail }) => {
    const event = { source, "detail-type": detailType, detail };
    const parsed = v.parse(Event, event);
    expect(parsed).toEqual(event);
    const { installation_id: id, reason } = parsed.detail;
    if (id !== installationId) return [];
    return [reason === undefined ? detailType : `${detailType} (${reason})`];
  });
}
