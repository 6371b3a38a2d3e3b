import { setTimeout as sleep } from "node:timers/promises";
import { EVENT_MS } from "../../core/deadlines.ts";
import { describeForeignError } from "../../core/errors.ts";
import type {
  EventSender,
  InstallationEvent,
  InstallationEvents,
} from "../../core/ports/installation-events.ts";
import type { PendingEvents } from "../../core/ports/pending-events.ts";
import type { BusEvent } from "../invoke/bus-events.ts";
import { readEventBusName } from "./config.ts";
import { countUnsentEvent } from "./metrics.ts";

const sending = new Set<Promise<boolean>>();

/**
 * Creates a publisher for the bus that `EVENT_BUS_NAME` names. It removes an event from `pending` once the bus
 * has taken it; without that variable, at once.
 */
export function createInstallationEvents(
  pending: () => Promise<Pick<PendingEvents, "remove">>,
): InstallationEvents & EventSender {
  const busName = readEventBusName();
  const remove = createRemover(pending);

  async function send(event: InstallationEvent): Promise<boolean> {
    const isTaken = busName === undefined || (await isTakenBy(busName, event));
    // An event that was not removed is sent twice, with the same id.
    if (isTaken) await Promise.race([remove(event.id), sleep(EVENT_MS)]).catch(() => {});
    return isTaken;
  }

  return {
    send,
    publish(event) {
      const sent = send(event).finally(() => sending.delete(sent));
      sending.add(sent);
    },
  };
}

/**
 * Returns a promise that resolves when every published event was sent or given up, after about two seconds at
 * most, or `undefined` when nothing was published, so that a lookup does not wait. Handlers await it before
 * they return, because Lambda then freezes the process.
 */
export function eventsSent(): Promise<unknown> | undefined {
  return sending.size > 0 ? Promise.all(sending) : undefined;
}

/** Counts a failure and does not throw: the event is stored, and the function `tick` sends it again. */
async function isTakenBy(busName: string, event: InstallationEvent): Promise<boolean> {
  const busEvent = toBusEvent(event);
  try {
    // Imported on first use, because most invocations publish nothing and need no client.
    const { putEvent } = await import("./event-bus.ts");
    const { source, "detail-type": detailType, time, detail } = busEvent;
    const entry = { source, detailType, time: new Date(time), detail: JSON.stringify(detail) };
    await putEvent(busName, entry, { timeoutMs: EVENT_MS });
    return true;
  } catch (error) {
    countUnsentEvent(describeForeignError(error), {
      event: busEvent["detail-type"],
      event_id: event.id,
      installation_id: event.installationId,
      organization_id: event.organizationId,
      platform: event.platform,
    });
    return false;
  }
}

/** Returns a function that removes an event, with one statement for all that come while another one runs. */
function createRemover(
  pending: () => Promise<Pick<PendingEvents, "remove">>,
): (id: string) => Promise<void> {
  let ids: string[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;

  async function removeAll(): Promise<void> {
    const batch = ids;
    ids = [];
    next = undefined;
    await (await pending()).remove(batch);
  }

  return (id) => {
    ids.push(id);
    if (next) return next;
    const started = running.then(removeAll, removeAll);
    next = started;
    running = started;
    return started;
  };
}

function toBusEvent(event: InstallationEvent): BusEvent {
  const occurredAt = event.occurredAt.toISOString();
  return {
    source: "grantkeep",
    "detail-type": `installation.${event.type}`,
    time: occurredAt,
    detail: {
      event_id: event.id,
      installation_id: event.installationId,
      platform: event.platform,
      organization_id: event.organizationId,
      organization_name: event.organizationName,
      occurred_at: occurredAt,
      ...(event.reason !== null && { reason: event.reason }),
      ...(event.type === "reinstalled" && { installer_changed: event.installerChanged }),
      ...(event.previousInstallationId !== null && {
        previous_installation_id: event.previousInstallationId,
      }),
      ...(event.requestedBy && { requested_by: event.requestedBy }),
      ...(event.approvedBy && { approved_by: event.approvedBy }),
      grant_ends_at: event.grantEndsAt?.toISOString() ?? null,
      ...(event.hasSharedAccount !== null && { has_shared_account: event.hasSharedAccount }),
    },
  };
}
