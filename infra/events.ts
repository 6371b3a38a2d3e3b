import { nameOf } from "./stage.ts";

/** Creates the event bus for installation events. Bots add their own rules to it. */
export function createEventBus(): aws.cloudwatch.EventBus {
  return new aws.cloudwatch.EventBus("Events", {
    name: nameOf("events"),
    description:
      "Installations that were created, reinstalled, uninstalled, or need reauthorization.",
  });
}
