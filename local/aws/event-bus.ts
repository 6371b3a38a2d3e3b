import { randomUUID } from "node:crypto";
import * as v from "valibot";
import { BusEvent as InstallationEvent } from "../../functions/invoke/bus-events.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

const DEFAULT_BUS = "default";

/**
 * Of the entries of one request.
 *
 * @see [Entry size](https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html)
 */
const MAX_BYTES = 256 * 1024;

/** @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html) */
const PutEventsRequest = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({ Entries: v.pipe(v.array(v.unknown()), v.minLength(1), v.maxLength(10)) }),
);

const Entry = v.object({
  EventBusName: v.optional(v.string(), DEFAULT_BUS),
  Source: v.pipe(v.string(), v.nonEmpty()),
  DetailType: v.pipe(v.string(), v.nonEmpty(), v.maxLength(128)),
  Detail: v.string(),
  // Seconds since 1970, as the SDK sends it.
  Time: v.optional(v.number()),
});

const Detail = v.pipe(v.string(), v.parseJson(), v.record(v.string(), v.unknown()));

/** An event that was accepted by a bus. */
export interface BusEvent {
  readonly id: string;
  readonly bus: string;
  readonly source: string;
  readonly detailType: string;
  /** When it occurred (RFC 3339). */
  readonly time: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface EventBus {
  /** The accepted events, oldest first. */
  readonly events: readonly BusEvent[];
  /** Performs an operation on the JSON body of a request. */
  handle(operation: string, input: string): AwsReply;
}

/** Creates EventBridge in memory. Like the real one, it accepts events for buses that do not exist. */
export function createEventBus(onEvent: (event: BusEvent) => void = () => {}): EventBus {
  const events: BusEvent[] = [];

  function accept(entry: unknown) {
    const event = parseEntry(entry);
    if ("ErrorCode" in event) return event;
    events.push(event);
    onEvent(event);
    return { EventId: event.id };
  }

  return {
    events,
    handle(operation, input) {
      if (operation !== "PutEvents") {
        return awsError(
          400,
          "UnknownOperationException",
          `${operation} is not available in local mode.`,
        );
      }
      const request = v.safeParse(PutEventsRequest, input);
      if (!request.success) return awsError(400, "ValidationException", "Invalid request.");
      const { Entries: entries } = request.output;
      if (sizeOf(entries) > MAX_BYTES) {
        const message = "Total size of the entries in the request is over the limit.";
        return awsError(400, "ValidationException", message);
      }
      return putEventsReply(entries.map(accept));
    },
  };
}

/** Returns the response of a bus with an internal failure: it accepts the request, but not its event. */
export function refuseEntries(): AwsReply {
  return putEventsReply([
    { ErrorCode: "InternalFailure", ErrorMessage: "An error occurred on the server side." },
  ]);
}

/** Describes an event in one line. */
export function describeEvent({ detailType, detail }: BusEvent): string {
  const installation = v.safeParse(InstallationEvent.entries.detail, detail);
  if (!installation.success) return detailType;
  const { platform, organization_name: name, installation_id: id, reason } = installation.output;
  return `${detailType}: ${name} on ${platform}, ${id}${reason ? ` (${reason})` : ""}`;
}

function putEventsReply(entries: readonly object[]): AwsReply {
  const failed = entries.filter((entry) => "ErrorCode" in entry);
  return awsReply(200, { FailedEntryCount: failed.length, Entries: entries });
}

function sizeOf(entries: readonly unknown[]): number {
  return entries.reduce<number>((sum, entry) => {
    const parsed = v.safeParse(Entry, entry);
    if (!parsed.success) return sum;
    const { Source, DetailType, Detail, Time } = parsed.output;
    const bytes = Buffer.byteLength(Source) + Buffer.byteLength(DetailType);
    return sum + bytes + Buffer.byteLength(Detail) + (Time === undefined ? 0 : 14);
  }, 0);
}

function parseEntry(entry: unknown) {
  const parsed = v.safeParse(Entry, entry);
  if (!parsed.success) {
    return { ErrorCode: "InvalidArgument", ErrorMessage: "A parameter is missing or malformed." };
  }
  const { EventBusName: bus, Source: source, DetailType: detailType, Time } = parsed.output;
  const time = new Date(Time === undefined ? Date.now() : Time * 1000).toISOString();
  const detail = v.safeParse(Detail, parsed.output.Detail);
  if (!detail.success) {
    return { ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." };
  }
  return { id: randomUUID(), bus, source, detailType, time, detail: detail.output };
}
