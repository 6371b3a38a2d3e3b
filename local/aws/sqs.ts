import { createHash } from "node:crypto";
import * as v from "valibot";
import { ACCOUNT_ID } from "./account.ts";
import { toDeliveredEvent } from "./bus-event.ts";
import type { DeadLetter } from "./event-delivery.ts";
import { FunctionFailure } from "./function-target.ts";
import type { LambdaFunctions } from "./lambda-invoke.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

/** As a deploy names the queue for the events that a function did not process. */
const QUEUE = /^(?<functionName>[\w-]+)-dead-letters$/;
const MAX_MESSAGES = 10;

const parsed = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.string(), v.parseJson(), schema);

const GetQueueUrl = parsed(v.object({ QueueName: v.string() }));
const ReceiveMessage = parsed(
  v.object({
    QueueUrl: v.pipe(
      v.string(),
      v.transform((url) => url.split("/").at(-1) ?? ""),
    ),
    MaxNumberOfMessages: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(MAX_MESSAGES)), 1),
    // Messages are not hidden from other receivers.
    VisibilityTimeout: v.literal(0),
  }),
);

export interface SqsOptions {
  readonly functions: LambdaFunctions;
  readonly deadLetters: readonly DeadLetter[];
}

/** Creates the part of SQS that `grantkeep dead-letters` uses: a queue for each function, which is read. */
export function createSqs({ functions, deadLetters }: SqsOptions) {
  let received = 0;

  function functionOf(queueName: string): string | undefined {
    const name = QUEUE.exec(queueName)?.groups?.functionName;
    return name !== undefined && functions.has(name) ? name : undefined;
  }

  function getQueueUrl(input: string): AwsReply {
    const request = v.safeParse(GetQueueUrl, input);
    const name = request.success ? request.output.QueueName : "";
    if (functionOf(name) === undefined) return noQueue();
    return awsReply(200, { QueueUrl: `https://sqs.local/${ACCOUNT_ID}/${name}` });
  }

  function receiveMessage(input: string): AwsReply {
    const request = v.safeParse(ReceiveMessage, input);
    if (!request.success) return awsError(400, "InvalidParameterValue", "Invalid request.");
    const name = functionOf(request.output.QueueUrl);
    if (name === undefined) return noQueue();
    const messages = deadLetters.flatMap((letter) => toMessage(letter, name));
    const start = messages.length === 0 ? 0 : received % messages.length;
    received += request.output.MaxNumberOfMessages;
    const some = [...messages.slice(start), ...messages.slice(0, start)];
    return awsReply(200, { Messages: some.slice(0, request.output.MaxNumberOfMessages) });
  }

  return {
    /** Performs an operation on the JSON body of a request. */
    handle(operation: string, input: string): AwsReply {
      if (operation === "GetQueueUrl") return getQueueUrl(input);
      if (operation === "ReceiveMessage") return receiveMessage(input);
      const message = `${operation} is not available in local mode.`;
      return awsError(400, "UnknownOperationException", message);
    },
  };
}

/**
 * Returns the record that Lambda sends to a queue for an event that its function failed to process; nothing for
 * the dead letter of another target.
 *
 * @see [Records of asynchronous invocations](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html)
 */
function toMessage({ event, cause, attempts, failedAt }: DeadLetter, functionName: string) {
  if (!(cause instanceof FunctionFailure) || cause.functionName !== functionName) return [];
  const body = JSON.stringify({
    version: "1.0",
    timestamp: failedAt.toISOString(),
    requestContext: { condition: "RetriesExhausted", approximateInvokeCount: attempts },
    requestPayload: toDeliveredEvent(event),
    responseContext: { statusCode: 200, functionError: "Unhandled" },
    responsePayload: cause.payload,
  });
  return [
    {
      MessageId: event.id,
      ReceiptHandle: event.id,
      MD5OfBody: createHash("md5").update(body).digest("hex"),
      Body: body,
      Attributes: { SentTimestamp: String(failedAt.getTime()) },
    },
  ];
}

function noQueue(): AwsReply {
  return awsError(400, "QueueDoesNotExist", "The specified queue does not exist.");
}
