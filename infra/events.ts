import { RETENTION_DAYS } from "./retention.ts";
import { logicalName, nameOf } from "./stage.ts";

/** The start of the sources of all events that Grantkeep publishes. */
const SOURCE = "grantkeep";

/** An event bus of the app: `sst.aws.Bus`, `aws.cloudwatch.EventBus`, or the name and the ARN of another one. */
export interface EventBus {
  readonly name: $util.Input<string>;
  readonly arn: $util.Input<string>;
}

/**
 * Returns the event bus for installation events and the deliveries of platforms, with an archive from which they
 * can be replayed. Creates one, unless the app has one. Bots add their own rules to the bus.
 */
export function createEventBus(existing?: EventBus): EventBus {
  const bus = existing ?? createBus();
  new aws.cloudwatch.EventArchive(logicalName("EventArchive"), {
    name: nameOf("events"),
    description: `The events of the last ${RETENTION_DAYS.archive} days.`,
    eventSourceArn: bus.arn,
    retentionDays: RETENTION_DAYS.archive,
    ...(existing && { eventPattern: JSON.stringify({ source: [{ prefix: SOURCE }] }) }),
  });
  return bus;
}

function createBus(): EventBus {
  return new aws.cloudwatch.EventBus(logicalName("Events"), {
    name: nameOf("events"),
    description: "What happened to installations, and what platforms sent about them.",
  });
}
