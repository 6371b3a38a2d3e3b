import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";

const client = new EventBridgeClient({
  // The caller waits for this. An event that is not sent is stored, and sent again by another function.
  maxAttempts: 1,
  // A connection that was open while Lambda froze the process may be dead, and there is no retry.
  requestHandler: { httpAgent: { keepAlive: false }, httpsAgent: { keepAlive: false } },
});

/** An event to put on a bus. Its detail is the text of a JSON object. */
interface Entry {
  readonly source: string;
  readonly detailType: string;
  readonly time: Date;
  readonly detail: string;
}

/**
 * Puts an event on a bus, within a time and without a retry.
 *
 * EventBridge reports success for a bus that does not exist (aws/aws-sdk#186).
 *
 * @throws {Error} the SDK's error, or one whose name is the code with which the bus refused the event
 * @see [PutEvents](https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html)
 */
export async function putEvent(
  busName: string,
  { source, detailType, time, detail }: Entry,
  { timeoutMs }: { readonly timeoutMs: number },
): Promise<void> {
  const entry = {
    EventBusName: busName,
    Source: source,
    DetailType: detailType,
    Time: time,
    Detail: detail,
  };
  const { FailedEntryCount, Entries } = await client.send(
    new PutEventsCommand({ Entries: [entry] }),
    { abortSignal: AbortSignal.timeout(timeoutMs) },
  );
  // A successful request may contain an event that was refused.
  if (FailedEntryCount !== 0) throw refused(Entries?.[0]?.ErrorCode);
}

function refused(errorCode = ""): Error {
  const error = new Error("The bus refused the event.");
  error.name = /^[A-Za-z]{1,60}$/.test(errorCode) ? errorCode : "EventRefused";
  return error;
}
