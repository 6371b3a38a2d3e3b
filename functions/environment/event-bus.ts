import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { EVENT_MS } from "../../core/deadlines.ts";

const SOURCE = "grantkeep";

export interface BusEvent {
  readonly detailType: string;
  readonly time: Date;
  readonly detail: Readonly<Record<string, string>>;
}

const client = new EventBridgeClient({
  // At most once: what timed out may have been taken.
  maxAttempts: 1,
  // A connection that was kept while Lambda froze the process may be dead, and there is no second try.
  requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
});

/**
 * Puts an event on a bus, within a second and without a second try.
 *
 * A bus that does not exist takes every event too (aws/aws-sdk#186).
 *
 * @throws {Error} an error of the SDK, or one that is named after why the bus refused the event
 * @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)
 */
export async function putEvent(
  busName: string,
  { detailType, time, detail }: BusEvent,
): Promise<void> {
  const entry = {
    EventBusName: busName,
    Source: SOURCE,
    DetailType: detailType,
    Time: time,
    Detail: JSON.stringify(detail),
  };
  const { FailedEntryCount, Entries } = await client.send(
    new PutEventsCommand({ Entries: [entry] }),
    { abortSignal: AbortSignal.timeout(EVENT_MS) },
  );
  // A request that was taken may hold an event that was not.
  if (FailedEntryCount !== 0) throw refused(Entries?.[0]?.ErrorCode);
}

function refused(errorCode = ""): Error {
  const error = new Error("The bus refused the event.");
  error.name = /^[A-Za-z]{1,60}$/.test(errorCode) ? errorCode : "EventRefused";
  return error;
}
