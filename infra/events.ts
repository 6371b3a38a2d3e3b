import { nameOf } from "./stage.ts";

/** Makes the bus that hears of installations; a bot adds its own rules to it. */
export function createEventBus(): aws.cloudwatch.EventBus {
  return new aws.cloudwatch.EventBus("Events", {
    name: nameOf("events"),
    description:
      "Installations that were created, reinstalled, uninstalled, or need reauthorization.",
  });
}
