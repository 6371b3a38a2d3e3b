import { describeForeignError } from "../../core/errors.ts";
import type {
  InstallationEvent,
  InstallationEvents,
} from "../../core/ports/installation-events.ts";
import { readEventBusName } from "./config.ts";
import type { BusEvent } from "./event-bus.ts";
import { writeMetricLine } from "./metrics.ts";

const sending = new Set<Promise<void>>();

/** Sends events to the bus that the environment names; without one, nowhere. */
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
 * Resolves when what was published has been sent or given up, after some second at most; `undefined` when
 * there was nothing, so that a lookup does not wait for it. Every handler waits with its answer ready:
 * afterwards, Lambda freezes the process.
 */
export function eventsSent(): Promise<unknown> | undefined {
  return sending.size > 0 ? Promise.all(sending) : undefined;
}

/** A failure is counted, and that is all: what the event tells of has happened. */
async function send(busName: string, event: InstallationEvent): Promise<void> {
  const busEvent = toBusEvent(event);
  try {
    // Loaded now: no start of a function pays for a client that hardly any invocation needs.
    const { putEvent } = await import("./event-bus.ts");
    await putEvent(busName, busEvent);
  } catch (error) {
    writeMetricLine({
      metric: "EventFailures",
      dimensions: [[]],
      fields: {
        error: "event_not_sent",
        reason: describeForeignError(error),
        event: busEvent.detailType,
        installation_id: event.installationId,
        platform: event.platform,
      },
    });
  }
}

function toBusEvent(event: InstallationEvent): BusEvent {
  return {
    detailType: `installation.${event.type}`,
    time: event.occurredAt,
    detail: {
      installation_id: event.installationId,
      platform: event.platform,
      organization_id: event.organizationId,
      organization_name: event.organizationName,
      occurred_at: event.occurredAt.toISOString(),
      ...(event.reason !== null && { reason: event.reason }),
    },
  };
}
