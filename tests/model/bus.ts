import type { EventSender, InstallationEvents } from "../../core/ports/installation-events.ts";
import type { PendingEvents } from "../../core/ports/pending-events.ts";
import type { Process } from "./scheduler.ts";
import type { World } from "./world.ts";

const BUS_FAULTS = ["not taken", "reply lost", "crash", "crash after"];

/** Publishes events, and waits for it before an invocation ends. */
interface Bus extends InstallationEvents, EventSender {
  published(): Promise<unknown>;
}

/** Sends the events of a process as the functions do: each is removed once the bus has taken it. */
export function createBus(
  { scheduler, observer }: World,
  process: Process,
  pendingEvents: PendingEvents,
): Bus {
  const sending = new Set<Promise<boolean>>();

  const send: EventSender["send"] = async (event) => {
    const readyAt = scheduler.now();
    const step = { name: `bus: ${event.type}`, readyAt, isWaiting: false, faults: BUS_FAULTS };
    const isTaken = await scheduler.step<boolean>(process, step, ({ resolve }, fault) => {
      if (fault !== "not taken") observer.receive(event);
      if (fault !== "crash after") resolve(fault === undefined);
    });
    if (isTaken) await pendingEvents.remove([event.id]).catch(() => {});
    return isTaken;
  };

  return {
    send,
    publish(event) {
      const sent = send(event).finally(() => sending.delete(sent));
      sending.add(sent);
    },
    published: () => Promise.all(sending),
  };
}
