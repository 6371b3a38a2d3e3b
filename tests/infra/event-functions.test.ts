import { expect, test } from "vitest";
import configuration from "../../grantkeep.config.ts";
import { DATABASE } from "../../infra/access.ts";
import { sources } from "../../infra/code.ts";
import { writeConfiguration } from "../../infra/configuration.ts";
import { createDatabase } from "../../infra/database/create-database.ts";
import { createDeliveryBucket } from "../../infra/delivery-bucket.ts";
import { createEventFunction } from "../../infra/event-functions.ts";
import { createEventBus } from "../../infra/events.ts";
import { createSecrets } from "../../infra/secrets.ts";
import { readSettings } from "../../infra/settings.ts";
import { deployStage } from "./deployment.ts";
import { functionsOf, parsePolicy, statementsOf } from "./policies.ts";

const BUS = "grantkeep-production-events";
const FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:grantkeep-production-subscriber";
const QUEUE = "arn:aws:sqs:us-east-1:123456789012:grantkeep-production-subscriber-dead-letters";
const RULE = `arn:aws:events:us-east-1:123456789012:rule/${BUS}/grantkeep-production-subscriber`;

const deployment = await deployStage("production", {
  program() {
    const settings = readSettings();
    const configurationFile = writeConfiguration(configuration);
    const foundation = {
      code: sources,
      settings,
      configurationFile,
      secrets: createSecrets(),
      database: createDatabase(settings, configurationFile.database),
      eventBus: createEventBus(),
      deliveryBucket: createDeliveryBucket(),
      publicUrl: "https://grants.example.com",
      functions: new Map(),
    };
    createEventFunction(
      {
        name: "subscriber",
        handler: "functions/tick.handler",
        trigger: {
          type: "events",
          source: "grantkeep.webhooks",
          detailTypes: ["github.installation", "slack.app_uninstalled"],
        },
        timeoutSeconds: 60,
        memoryMb: 512,
        access: DATABASE,
      },
      foundation,
      [],
    );
    return {};
  },
});

test("a rule of the stage's bus matches the source and the types of the events", () => {
  const { inputs } = deployment.one("aws:cloudwatch/eventRule:EventRule");

  expect(inputs).toMatchObject({ eventBusName: BUS, name: "grantkeep-production-subscriber" });
  expect(JSON.parse(String(inputs.eventPattern))).toEqual({
    source: ["grantkeep.webhooks"],
    "detail-type": ["github.installation", "slack.app_uninstalled"],
  });
});

test("the rule may invoke the function, and has a queue for events that cannot start it", () => {
  const target = deployment.one("aws:cloudwatch/eventTarget:EventTarget");

  expect(deployment.one("aws:lambda/permission:Permission").inputs).toMatchObject({
    function: "grantkeep-production-subscriber",
    principal: "events.amazonaws.com",
    sourceArn: RULE,
  });
  expect(target.inputs).toMatchObject({
    rule: "grantkeep-production-subscriber",
    eventBusName: BUS,
    arn: FUNCTION,
    retryPolicy: { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 },
    deadLetterConfig: { arn: QUEUE },
  });
  expect(target.dependsOn).toEqual(
    expect.arrayContaining(["subscriber-dead-letters-policy", "subscriber-rule-invoke"]),
  );
});

test("Lambda retries a failed event twice, then sends it to the same queue", () => {
  const config = deployment.one("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
  const [subscriber] = functionsOf(deployment, "production");

  expect(config.inputs).toMatchObject({
    maximumRetryAttempts: 2,
    destinationConfig: { onFailure: { destination: QUEUE } },
  });
  expect(subscriber && statementsOf(subscriber.role)).toContainEqual({
    Effect: "Allow",
    Action: ["sqs:SendMessage"],
    Resource: [QUEUE],
  });
});

test("the queue is encrypted, keeps an event for 14 days, and takes events of this rule only", () => {
  const { policy } = deployment.one("aws:sqs/queuePolicy:QueuePolicy").inputs;

  expect(deployment.one("aws:sqs/queue:Queue").inputs).toMatchObject({
    sqsManagedSseEnabled: true,
    messageRetentionSeconds: 1_209_600,
  });
  expect(parsePolicy(policy)).toEqual([
    { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [QUEUE] },
  ]);
  expect(JSON.parse(String(policy)).Statement[0]).toMatchObject({
    Principal: [{ identifiers: ["events.amazonaws.com"] }],
    Condition: [{ test: "ArnEquals", variable: "aws:SourceArn", values: [RULE] }],
  });
});
