import { describeForeignError } from "../../core/errors.ts";
import type {
  InstallationEvent,
  InstallationEvents,
} from "../../core/ports/installation-events.ts";
import type { BusEvent } from "../invoke/bus-events.ts";
import { readEventBusName } from "./config.ts";
import { writeMetric } from "./metrics.ts";

const sending = new Set<Promise<void>>();

/** Creates a publisher for the bus that `EVENT_BUS_NAME` names. Without that variable, it does nothing. */
export function createInstallationEvents(): InstallationEvents {
  const busName = readEventBusName();
  if (busName === undefined) return { publish() {} };

  return {
    publish(event) {
      const sent = send(busName, event).finally(() => sending.delete(sent));
      sending.add(sent);
    },
  };
}

/**
 * Returns a promise that resolves when every published event was sent or given up, after about one second at
 * most, or `undefined` when nothing was published, so that a lookup does not wait. Handlers await it before
 * they return, because Lambda then freezes the process.
 */
export function eventsSent(): Promise<unknown> | undefined {
  return sending.size > 0 ? Promise.all(sending) : undefined;
}

/** Counts a failure and does not throw: what the event reports has happened already. */
async function send(busName: string, event: InstallationEvent): Promise<void> {
  const busEvent = toBusEvent(event);
  try {
    // Imported on first use, because most invocations publish nothing and need no client.
    const { putEvent } = await import("./event-bus.ts");
    await putEvent(busName, busEvent);
  } catch (error) {
    writeMetric({
      metric: "EventFailures",
      dimensions: [[]],
      fields: {
        error: "event_not_sent",
        reason: describeForeignError(error),
        event: busEvent["detail-type"],
        installation_id: event.installationId,
        platform: event.platform,
      },
    });
  }
}

function toBusEvent(event: InstallationEvent): BusEvent {
  const occurredAt = event.occurredAt.toISOString();
  return {
    source: "grantkeep",
    "detail-type": `installation.${event.type}`,
    time: occurredAt,
    detail: {
      installation_id: event.installationId,
      platform: event.platform,
      organization_id: event.organizationId,
      organization_name: event.organizationName,
      occurred_at: occurredAt,
      ...(event.reason !== null && { reason: event.reason }),
    },
  };
}
