import type { Triggered } from "./function-definition.ts";
import { functionsTriggeredBy } from "./function-table.ts";
import { createFunction, type Foundation } from "./functions.ts";
import { RETENTION_DAYS } from "./retention.ts";
import { deadLettersOf, logicalName, nameOf } from "./stage.ts";

/**
 * Lambda's maximum. It waits a minute before the first retry and two before the second one.
 *
 * @see [Asynchronous invocation](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)
 */
const RETRIES = 2;

/** How long EventBridge tries to start a function, with its default number of attempts. */
const START = { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 24 * 3600 };

/** SQS's maximum: an operator has this long to read a dead letter. */
const RETENTION_SECONDS = RETENTION_DAYS.deadLetters * 24 * 3600;

/** Creates every function behind a rule of the event bus. */
export function createEventFunctions(
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): void {
  for (const definition of functionsTriggeredBy("events")) {
    createEventFunction(definition, foundation, dependsOn);
  }
}

/**
 * Creates a function, its rule on the event bus, and the queue for events that could not be delivered to it, or
 * that it failed to process.
 */
export function createEventFunction(
  definition: Triggered<"events">,
  foundation: Foundation,
  dependsOn: readonly $util.Resource[],
): void {
  const { name, trigger } = definition;
  const deadLetters = new aws.sqs.Queue(logicalName(`${name}-dead-letters`), {
    name: deadLettersOf(name),
    messageRetentionSeconds: RETENTION_SECONDS,
    sqsManagedSseEnabled: true,
  });
  const invoked = createFunction(foundation, definition, {
    dependsOn,
    onFailure: { retries: RETRIES, deadLetters },
  });
  const rule = new aws.cloudwatch.EventRule(logicalName(`${name}-rule`), {
    name: nameOf(name),
    description: `Invokes ${nameOf(name)}.`,
    eventBusName: foundation.eventBus.name,
    eventPattern: JSON.stringify({
      source: [trigger.source],
      "detail-type": trigger.detailTypes,
    }),
  });
  const allowed = [
    new aws.lambda.Permission(logicalName(`${name}-rule-invoke`), {
      action: "lambda:InvokeFunction",
      function: invoked.name,
      principal: "events.amazonaws.com",
      sourceArn: rule.arn,
    }),
    new aws.sqs.QueuePolicy(logicalName(`${name}-dead-letters-policy`), {
      queueUrl: deadLetters.url,
      policy: queuePolicy(deadLetters, rule),
    }),
  ];
  new aws.cloudwatch.EventTarget(
    logicalName(`${name}-target`),
    {
      rule: rule.name,
      eventBusName: foundation.eventBus.name,
      arn: invoked.arn,
      retryPolicy: START,
      deadLetterConfig: { arn: deadLetters.arn },
    },
    { dependsOn: allowed },
  );
}

function queuePolicy(queue: aws.sqs.Queue, rule: aws.cloudwatch.EventRule) {
  return aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        effect: "Allow",
        actions: ["sqs:SendMessage"],
        resources: [queue.arn],
        principals: [{ type: "Service", identifiers: ["events.amazonaws.com"] }],
        conditions: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [rule.arn] }],
      },
    ],
  }).json;
}
