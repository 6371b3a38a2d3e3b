import {
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from "@aws-sdk/client-sqs";
import * as v from "valibot";
import { IsoTimestamp } from "../../functions/http/iso-timestamp.ts";
import { InvokeErrorMessage } from "../../functions/invoke/responses.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { type DeadLetter, LostEvent, MAX_DEAD_LETTERS } from "./dead-letter.ts";

/** A queue returns some of its messages. After so many responses without a new one, it probably has no others. */
const MAX_REPEATS = 10;

/** @see [Records of asynchronous invocations](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html) */
const LambdaRecord = v.object({
  timestamp: IsoTimestamp,
  requestContext: v.object({
    condition: v.string(),
    approximateInvokeCount: v.optional(v.number()),
  }),
  // Anybody who may invoke the function chooses what it is invoked with.
  requestPayload: v.optional(v.unknown()),
  // Without `errorType` if the process ended or timed out.
  responsePayload: v.nullish(
    v.object({ errorType: v.optional(v.string()), errorMessage: v.optional(v.string()) }),
  ),
});

const Json = v.pipe(v.string(), v.parseJson());
const ErrorMessage = v.pipe(Json, InvokeErrorMessage);

/**
 * Reads the events that functions did not process, oldest first. The messages stay in their queues, and are not
 * hidden from other receivers. `queueOf` returns the name of the queue of a function.
 */
export async function readDeadLetters(
  settings: SQSClientConfig,
  queueOf: (functionName: string) => string,
): Promise<readonly DeadLetter[]> {
  // By its name, since a private endpoint for SQS may differ from the address in the URL.
  const client = new SQSClient({ ...settings, useQueueUrlAsEndpoint: false });
  const letters: DeadLetter[] = [];
  for (const { name } of functionsTriggeredBy("events")) {
    const QueueName = queueOf(name);
    const { QueueUrl = "" } = await client.send(new GetQueueUrlCommand({ QueueName }));
    const messages = await readMessages(client, QueueUrl);
    letters.push(...messages.map((message) => toLetter(message, name, QueueUrl)));
  }
  return letters.toSorted((one, other) => one.failedAt.getTime() - other.failedAt.getTime());
}

async function readMessages(client: SQSClient, QueueUrl: string): Promise<readonly Message[]> {
  const known = new Map<string | undefined, Message>();
  for (let repeats = 0; repeats < MAX_REPEATS && known.size < MAX_DEAD_LETTERS; ) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 0,
        // Asks all servers of the queue.
        WaitTimeSeconds: 1,
        MessageAttributeNames: ["All"],
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    if (Messages.length === 0) break;
    const before = known.size;
    for (const message of Messages) known.set(message.MessageId, message);
    repeats = known.size > before ? 0 : repeats + 1;
  }
  return [...known.values()].slice(0, MAX_DEAD_LETTERS);
}

function toLetter(message: Message, functionName: string, queueUrl: string): DeadLetter {
  const { Body, Attributes, MessageAttributes } = message;
  const json = v.safeParse(Json, Body);
  const sentAt = new Date(Number(Attributes?.SentTimestamp ?? 0));
  const known = { functionName, queueUrl };
  const record = v.safeParse(LambdaRecord, json.output);
  if (!record.success) {
    // EventBridge could not start the function. The message is the event, and its attributes have the error.
    const event = toEvent(json.output);
    const error = MessageAttributes?.ERROR_CODE?.StringValue;
    return {
      ...known,
      sentBy: error !== undefined || event ? "EventBridge" : undefined,
      failedAt: sentAt,
      error: error ?? "unknown",
      message: MessageAttributes?.ERROR_MESSAGE?.StringValue,
      attempts: undefined,
      event,
    };
  }
  const { timestamp, requestContext, requestPayload, responsePayload } = record.output;
  const { condition, approximateInvokeCount: attempts } = requestContext;
  const thrown = v.safeParse(ErrorMessage, responsePayload?.errorMessage);
  return {
    ...known,
    sentBy: "Lambda",
    failedAt: new Date(timestamp),
    error: responsePayload?.errorType ?? condition,
    message: thrown.success ? thrown.output.message : undefined,
    attempts,
    event: toEvent(requestPayload),
  };
}

function toEvent(payload: unknown): DeadLetter["event"] {
  const event = v.safeParse(LostEvent, payload);
  return event.success ? event.output : undefined;
}
