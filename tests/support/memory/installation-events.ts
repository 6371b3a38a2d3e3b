import type {
  InstallationEvent,
  InstallationEvents,
} from "../../../core/ports/installation-events.ts";

/** Keeps events in a list: for tests and experiments. */
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
