import type {
  InstallationEvent,
  InstallationEvents,
} from "../../../core/ports/installation-events.ts";

/** Collects published events in a list. */
export function createMemoryInstallationEvents(): InstallationEvents & {
  readonly published: readonly InstallationEvent[];
} {
  const published: InstallationEvent[] = [];
  return {
    published,
    publish(event) {
      published.push(event);
    },
  };
}
