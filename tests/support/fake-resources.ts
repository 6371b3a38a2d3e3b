import { createHash } from "node:crypto";

export const ACCOUNT = "123456789012";

/** The resources of the stage `production` that an operator's command reads. */
export interface FakeResources {
  /** The ARNs of the subscriptions of the topic for alarms, as SNS lists them; `undefined` without a topic. */
  subscriptions: readonly string[] | undefined;
  hasEventBus: boolean;
  /** The name or the ARN of the bus, as functions have it. */
  eventBus: string;
  ruleState: "ENABLED" | "DISABLED";
  /** How many messages are in the queue; `undefined` without a queue. */
  deadLetters: number | undefined;
  /** The messages in the queue, by their bodies and attributes. */
  messages: readonly FakeMessage[];
}

interface FakeMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

type Described = { readonly operation: string } & (
  | { readonly json: unknown }
  | { readonly error: string }
  | { readonly status: number; readonly xml: string }
);

const TOPIC = `arn:aws:sns:eu-central-1:${ACCOUNT}:grantkeep-production-alarms`;
const QUEUE = "grantkeep-production-reconcile-dead-letters";

/** Creates the resources of a stage that was deployed with an address for alarms, which was confirmed. */
export function createFakeResources(): FakeResources {
  return {
    subscriptions: [`${TOPIC}:11111111-2222-3333-4444-555555555555`],
    hasEventBus: true,
    eventBus: "grantkeep-production-events",
    ruleState: "ENABLED",
    deadLetters: 0,
    messages: [],
  };
}

/** Returns the response to a request about a resource; `undefined` for any other request. */
export function describeResource(
  resources: FakeResources,
  { target, body }: { target: string | string[] | undefined; body: string },
): Described | undefined {
  if (new URLSearchParams(body).get("Action") === "ListSubscriptionsByTopic") {
    return { operation: "ListSubscriptionsByTopic", ...listSubscriptions(resources, body) };
  }
  const [, operation = ""] = /^(?:AWSEvents|AmazonSQS)\.(\w+)$/.exec(String(target)) ?? [];
  const found = describe(resources, operation, body);
  return found && { operation, ...found };
}

function describe(resources: FakeResources, operation: string, body: string) {
  const { hasEventBus, eventBus, ruleState, deadLetters } = resources;
  const isBus = hasEventBus && body.includes(`"${eventBus}"`);
  switch (operation) {
    case "DescribeEventBus":
      return isBus ? { json: {} } : { error: "ResourceNotFoundException" };
    case "DescribeRule":
      return isBus && body.includes('"grantkeep-production-reconcile"')
        ? { json: { State: ruleState } }
        : { error: "ResourceNotFoundException" };
    case "GetQueueUrl":
      return deadLetters !== undefined && body.includes(`"${QUEUE}"`)
        ? { json: { QueueUrl: `https://sqs.eu-central-1.amazonaws.com/${ACCOUNT}/${QUEUE}` } }
        : { error: "com.amazonaws.sqs#QueueDoesNotExist" };
    case "ReceiveMessage":
      return { json: { Messages: resources.messages.map(toMessage) } };
    case "GetQueueAttributes":
      return { json: { Attributes: { ApproximateNumberOfMessages: String(deadLetters) } } };
    default:
      return undefined;
  }
}

/** Returns a message as SQS does, sent at noon. */
function toMessage({ body, attributes = {} }: FakeMessage, index: number) {
  const named = Object.entries(attributes).map(([name, StringValue]) => [
    name,
    { DataType: "String", StringValue },
  ]);
  return {
    MessageId: `message-${index}`,
    MD5OfBody: createHash("md5").update(body).digest("hex"),
    Body: body,
    Attributes: { SentTimestamp: String(Date.parse("2026-11-28T12:00:00Z")) },
    MessageAttributes: Object.fromEntries(named),
  };
}

/** @see [ListSubscriptionsByTopic](https://docs.aws.amazon.com/sns/latest/api/API_ListSubscriptionsByTopic.html) */
function listSubscriptions({ subscriptions }: FakeResources, body: string) {
  const namespace = "https://sns.amazonaws.com/doc/2010-03-31/";
  if (!subscriptions || new URLSearchParams(body).get("TopicArn") !== TOPIC) {
    const error = "<Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message>";
    return {
      status: 404,
      xml: `<ErrorResponse xmlns="${namespace}"><Error>${error}</Error></ErrorResponse>`,
    };
  }
  const members = subscriptions.map(
    (arn) => `<member><Protocol>email</Protocol><SubscriptionArn>${arn}</SubscriptionArn></member>`,
  );
  const result = `<Subscriptions>${members.join("")}</Subscriptions>`;
  return {
    status: 200,
    xml: `<ListSubscriptionsByTopicResponse xmlns="${namespace}"><ListSubscriptionsByTopicResult>${result}</ListSubscriptionsByTopicResult></ListSubscriptionsByTopicResponse>`,
  };
}
