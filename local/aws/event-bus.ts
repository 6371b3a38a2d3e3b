import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { BusEvent } from "./bus-event.ts";
import { startReplay } from "./replays.ts";
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

/** How long an event can be replayed. */
const KEPT_MS = 3_600_000;

export interface EventBusOptions {
  readonly onEvent?: (event: BusEvent) => void;
  /** Called for each event of a replay. */
  readonly onReplay?: (event: BusEvent, replayName: string) => void;
}

export interface EventBus {
  /** The events that were accepted in the last hour, oldest first. */
  readonly events: readonly BusEvent[];
  /** Performs an operation on the JSON body of a request. */
  handle(operation: string, input: string): AwsReply;
}

/** Creates EventBridge in memory. Like the real one, it accepts events for buses that do not exist. */
export function createEventBus({
  onEvent = () => {},
  onReplay = () => {},
}: EventBusOptions = {}): EventBus {
  const events: BusEvent[] = [];
  const acceptedAt = new Map<string, number>();

  function deleteOld(): void {
    const [oldest] = events;
    if (!oldest || Date.now() - (acceptedAt.get(oldest.id) ?? 0) < KEPT_MS) return;
    acceptedAt.delete(oldest.id);
    events.shift();
    deleteOld();
  }

  function accept(entry: unknown) {
    const event = parseEntry(entry);
    if ("ErrorCode" in event) return event;
    deleteOld();
    events.push(event);
    acceptedAt.set(event.id, Date.now());
    onEvent(event);
    return { EventId: event.id };
  }

  return {
    events,
    handle(operation, input) {
      if (operation === "StartReplay") return startReplay(input, events, onReplay);
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
