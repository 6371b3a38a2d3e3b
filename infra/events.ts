import { nameOf } from "./stage.ts";

const ARCHIVE_DAYS = 7;

/**
 * Creates the event bus for installation events and the deliveries of platforms, with an archive from which they
 * can be replayed. Bots add their own rules to the bus.
 */
export function createEventBus(): aws.cloudwatch.EventBus {
  const bus = new aws.cloudwatch.EventBus("Events", {
    name: nameOf("events"),
    description: "What happened to installations, and what platforms sent about them.",
  });
  new aws.cloudwatch.EventArchive("EventArchive", {
    name: nameOf("events"),
    description: `The events of the last ${ARCHIVE_DAYS} days.`,
    eventSourceArn: bus.arn,
    retentionDays: ARCHIVE_DAYS,
  });
  return bus;
}
