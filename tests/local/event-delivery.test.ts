import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { afterEach, expect, test } from "vitest";
import { type LocalAws, startAws } from "../../local/aws/endpoint.ts";
import type { DeadLetter } from "../../local/aws/event-delivery.ts";
import { createFunctionTarget } from "../../local/aws/function-target.ts";
import type { LambdaHandler } from "../../local/aws/lambda-context.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };
const ENTRY = {
  EventBusName: "bus-1",
  Source: "grantkeep.webhooks",
  DetailType: "github.installation",
  Time: new Date("2026-11-22T12:00:00.123Z"),
  Detail: JSON.stringify({ delivery_id: "delivery-1", body: { action: "deleted" } }),
};

const started: LocalAws[] = [];
const reported: DeadLetter[] = [];

afterEach(async () => {
  reported.length = 0;
  for (const aws of started.splice(0)) await aws.close();
});

/** Starts the bus `bus-1` with one rule for the function `subscriber`. */
async function startWithRule(handler: LambdaHandler, retryDelaysMs = [1, 1]) {
  const functions = new Map([["subscriber", { load: async () => handler, timeoutMs: 1_000 }]]);
  const rule = {
    bus: "bus-1",
    source: "grantkeep.webhooks",
    detailTypes: ["github.installation", "slack.app_uninstalled"],
    functionName: "subscriber",
  };
  const aws = await startAws({
    port: 0,
    caller: { ...CREDENTIALS, arn: "arn:aws:iam::000000000000:user/local" },
    secrets: new Map(),
    functions,
    targets: [createFunctionTarget(rule, functions)],
    retryDelaysMs,
    onDeadLetter: (letter) => reported.push(letter),
  });
  started.push(aws);
  const client = { endpoint: aws.url, region: "us-east-1", credentials: CREDENTIALS };
  const eventBridge = new EventBridgeClient({ ...client, maxAttempts: 1 });
  const put = (change: Partial<typeof ENTRY> = {}) =>
    eventBridge.send(new PutEventsCommand({ Entries: [{ ...ENTRY, ...change }] }));
  return { aws, put };
}

test("a function behind a rule gets the event as EventBridge delivers it", async () => {
  const received: unknown[] = [];
  const { aws, put } = await startWithRule(async (event) => received.push(event));

  await put();
  await aws.eventsSettled();

  expect(received).toEqual([
    {
      version: "0",
      id: aws.events[0]?.id,
      "detail-type": "github.installation",
      source: "grantkeep.webhooks",
      account: "000000000000",
      time: "2026-11-22T12:00:00Z",
      region: "us-east-1",
      resources: [],
      detail: { delivery_id: "delivery-1", body: { action: "deleted" } },
    },
  ]);
});

test("a rule matches one bus, one source, and its types", async () => {
  const received: unknown[] = [];
  const { aws, put } = await startWithRule(async (event) => received.push(event));

  for (const change of [
    { EventBusName: "bus-2" },
    { Source: "grantkeep" },
    { DetailType: "github.issues" },
    { DetailType: "slack.app_uninstalled" },
  ]) {
    await put(change);
  }
  await aws.eventsSettled();

  expect(aws.events).toHaveLength(4);
  expect(received).toMatchObject([{ "detail-type": "slack.app_uninstalled" }]);
});

test("the publisher does not wait for the function", async () => {
  const finish = Promise.withResolvers<void>();
  const { aws, put } = await startWithRule(() => finish.promise);

  expect(await put()).toMatchObject({ FailedEntryCount: 0 });
  finish.resolve();
  await aws.eventsSettled();
});

test("a function that fails is retried twice with the same event", async () => {
  const received: unknown[] = [];
  const { aws, put } = await startWithRule(async (event) => {
    received.push(event);
    if (received.length < 3) throw new Error("not yet");
  });

  await put();
  await aws.eventsSettled();

  expect(received).toHaveLength(3);
  expect(received[2]).toEqual(received[0]);
  expect(aws.deadLetters).toEqual([]);
});

test("an event whose retries failed is a dead letter", async () => {
  const { aws, put } = await startWithRule(() => Promise.reject(new Error("never")));

  await put();
  await aws.eventsSettled();

  expect(aws.deadLetters).toMatchObject([
    {
      target: "the function subscriber",
      event: aws.events[0],
      reason: "It failed: Error",
      attempts: 3,
    },
  ]);
  expect(reported).toEqual(aws.deadLetters);
});

test("events that a function publishes are settled too", async () => {
  let publish = async (): Promise<unknown> => undefined;
  const received: unknown[] = [];
  const { aws, put } = await startWithRule(async (event) => {
    received.push(event);
    if (received.length === 1) await publish();
  });
  publish = () => put({ DetailType: "slack.app_uninstalled" });

  await put();
  await aws.eventsSettled();

  expect(received).toHaveLength(2);
});

test("closing cancels the retries", async () => {
  const { aws, put } = await startWithRule(() => Promise.reject(new Error("never")), [3_600_000]);

  await put();
  await aws.close();

  await aws.eventsSettled();
  expect(aws.deadLetters).toEqual([]);
});
