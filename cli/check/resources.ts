import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
} from "@aws-sdk/client-eventbridge";
import { paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, GetQueueUrlCommand, SQSClient } from "@aws-sdk/client-sqs";
import { broken, doubtful, inOrder, type StageCheck } from "../../core/stage-check.ts";
import { functionsTriggeredBy } from "../../infra/function-table.ts";
import { describeAwsFailure } from "../target/aws-failure.ts";
import type { StageLocation } from "../target/target.ts";

/** The names of the errors of AWS for a resource that does not exist. */
const MISSING =
  /^(NotFound|NotFoundException|ResourceNotFoundException|QueueDoesNotExist|AWS\.SimpleQueueService\.NonExistentQueue)$/;

/** SNS has this in place of the ARN of a subscription that was not confirmed. */
const PENDING = "PendingConfirmation";

/** Checks what functions cannot see of their stage: who is notified of alarms, the event bus and the queues. */
export async function checkResources(location: StageLocation): Promise<StageCheck[]> {
  return Promise.all([
    checked("alarm-email", "the topic for alarms", () => checkAlarmEmail(location)),
    checked("event-bus", "the event bus or its rule", () => checkEventBus(location)),
    checked("dead-letters", "the queue for failed events", () => checkQueues(location)),
  ]);
}

async function checked(
  name: string,
  resource: string,
  check: () => Promise<StageCheck>,
): Promise<StageCheck> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof Error && MISSING.test(error.name)) {
      return broken(name, `${resource} does not exist.`.replace(/^t/, "T"), "Deploy the stage.");
    }
    const { message } = describeAwsFailure(error);
    const action = "Allow your role to read it: docs/operate.md lists the permissions.";
    return doubtful(name, `AWS did not return ${resource}: ${message}`, action);
  }
}

async function checkAlarmEmail(location: StageLocation) {
  const { stage, account, region, partition, nameOf } = location;
  const name = "alarm-email";
  const client = new SNSClient({ region, maxAttempts: 2 });
  const TopicArn = `arn:${partition}:sns:${region}:${account}:${nameOf("alarms")}`;
  const arns: (string | undefined)[] = [];
  for await (const page of paginateListSubscriptionsByTopic({ client }, { TopicArn })) {
    arns.push(...(page.Subscriptions ?? []).map((subscription) => subscription.SubscriptionArn));
  }
  const report = stage === "production" ? broken : doubtful;
  if (arns.length === 0) {
    return report(name, "Nobody is notified of alarms.", "Set ALARM_EMAIL, and deploy.");
  }
  const confirmed = arns.filter((arn) => arn !== PENDING);
  if (confirmed.length === 0) {
    const summary = "Nobody is notified of alarms: the subscription was not confirmed.";
    return report(name, summary, "Open the link in the e-mail of AWS Notifications.");
  }
  const count =
    confirmed.length === 1
      ? "1 confirmed subscription"
      : `${confirmed.length} confirmed subscriptions`;
  return inOrder(name, `Alarms notify ${count}.`);
}

async function checkEventBus({ region, nameOf, findEventBus }: StageLocation) {
  const client = new EventBridgeClient({ region, maxAttempts: 2 });
  const EventBusName = await findEventBus();
  await client.send(new DescribeEventBusCommand({ Name: EventBusName }));
  for (const { name } of functionsTriggeredBy("events")) {
    const Name = nameOf(name);
    const { State } = await client.send(new DescribeRuleCommand({ Name, EventBusName }));
    if (State === "DISABLED") {
      const summary = `The rule ${Name} is disabled, so that uninstalls are not noticed at once.`;
      return broken("event-bus", summary, "Enable it in Amazon EventBridge.");
    }
  }
  return inOrder("event-bus", `The event bus ${EventBusName} exists, and its rule is enabled.`);
}

async function checkQueues({ stage, region, nameOf }: StageLocation) {
  // By its name, since a private endpoint for SQS may differ from the address in the URL.
  const client = new SQSClient({ region, maxAttempts: 2, useQueueUrlAsEndpoint: false });
  for (const { name } of functionsTriggeredBy("events")) {
    const QueueName = nameOf(`${name}-dead-letters`);
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
    const AttributeNames = ["ApproximateNumberOfMessages" as const];
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames }),
    );
    const count = Number(Attributes?.ApproximateNumberOfMessages ?? 0);
    if (count > 0) {
      const summary = `${count} events were not processed: they are in the queue ${QueueName}.`;
      return doubtful(
        "dead-letters",
        summary,
        `See why: npx grantkeep dead-letters --stage ${stage}`,
      );
    }
  }
  return inOrder("dead-letters", "The queue for events that were not processed is empty.");
}
