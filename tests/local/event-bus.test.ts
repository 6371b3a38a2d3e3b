import {
  EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BusEvent, describeEvent } from "../../local/aws/bus-event.ts";
import { type LocalAws, startAws } from "../../local/aws/endpoint.ts";

const CREDENTIALS = { accessKeyId: "local", secretAccessKey: "local" };

const told: BusEvent[] = [];

let aws: LocalAws;
let eventBridge: EventBridgeClient;

beforeEach(async () => {
  told.length = 0;
  aws = await startAws({
    port: 0,
    caller: { ...CREDENTIALS, arn: "arn:aws:iam::000000000000:user/local" },
    secrets: new Map(),
    functions: new Map(),
    onEvent: (event) => told.push(event),
  });
  const client = { endpoint: aws.url, region: "us-east-1", credentials: CREDENTIALS };
  eventBridge = new EventBridgeClient({ ...client, maxAttempts: 1 });
});

afterEach(() => aws.close());

describe("EventBridge", () => {
  const Detail = JSON.stringify({ number: 1 });
  const entry = { EventBusName: "bus-1", Source: "grantkeep", DetailType: "test", Detail };

  test("stores the events that it accepts, and reports each of them", async () => {
    const { FailedEntryCount, Entries } = await putEvents([entry, { ...entry, DetailType: "b" }]);

    expect(FailedEntryCount).toBe(0);
    expect(Entries).toEqual(aws.events.map(({ id }) => ({ EventId: id })));
    const event = { bus: "bus-1", source: "grantkeep", detail: { number: 1 } };
    expect(aws.events).toMatchObject([
      { ...event, detailType: "test" },
      { ...event, detailType: "b" },
    ]);
    expect(told).toEqual(aws.events);
  });

  test.each([
    ["without a source", { Source: undefined }, "InvalidArgument"],
    ["without a type", { DetailType: undefined }, "InvalidArgument"],
    ["with a type of 129 characters", { DetailType: "x".repeat(129) }, "InvalidArgument"],
    ["whose detail is not JSON", { Detail: "{" }, "MalformedDetail"],
    ["whose detail is not an object", { Detail: "1" }, "MalformedDetail"],
  ])("rejects an event %s, and accepts the other event of the request", async (_, change, code) => {
    const answer = await putEvents([{ ...entry, ...change }, entry]);

    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([code, undefined]);
    expect(aws.events).toHaveLength(1);
  });

  test("rejects a request whose entries are larger than 256 KB", async () => {
    const ofBytes = (count: number) => {
      const padding = count - [entry.Source, entry.DetailType, '{"text":""}'].join("").length;
      return { ...entry, Detail: JSON.stringify({ text: "x".repeat(padding) }) };
    };

    expect(await putEvents([ofBytes(262_144)])).toMatchObject({ FailedEntryCount: 0 });
    await expect(putEvents([ofBytes(262_145)])).rejects.toMatchObject({
      name: "ValidationException",
    });
    expect(aws.events).toHaveLength(1);
  });

  test("requires a signature for its own service", async () => {
    const client = new EventBridgeClient({
      endpoint: aws.url,
      region: "us-east-1",
      credentials: { ...CREDENTIALS, secretAccessKey: "other" },
    });

    const attempt = client.send(new PutEventsCommand({ Entries: [entry] }));

    await expect(attempt).rejects.toMatchObject({ name: "InvalidSignatureException" });
    expect(aws.events).toEqual([]);
  });

  test("can reject the events of a request that it accepts", async () => {
    aws.fail({ service: "events", kind: "refused_entries" });

    const answer = await putEvents([entry]);

    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: "InternalFailure" }],
    });
    expect(aws.events).toEqual([]);
  });
});

describe("the description of an event", () => {
  const event = {
    id: "8d2b5a0e-8f0c-4c2f-9d0e-6f1b2a3c4d5e",
    bus: "bus-1",
    source: "grantkeep",
    detailType: "installation.created",
    time: "2026-11-22T12:00:00.000Z",
  };
  const detail = {
    event_id: "evt-0123456789abcdef0123456789abcdef",
    platform: "github",
    organization_id: "67890",
    organization_name: "octocat",
    installation_id: "inst-0123456789abcdef0123456789abcdef",
    occurred_at: "2026-11-22T12:00:00.000Z",
    grant_ends_at: null,
  };

  test("has the type, the installation and the reason", () => {
    expect(describeEvent({ ...event, detail })).toBe(
      "installation.created: octocat on github, inst-0123456789abcdef0123456789abcdef",
    );
    expect(describeEvent({ ...event, detail: { ...detail, reason: "deleted" } })).toBe(
      "installation.created: octocat on github, inst-0123456789abcdef0123456789abcdef (deleted)",
    );
  });

  test("has the action of a delivery", () => {
    expect(
      describeEvent({
        ...event,
        detailType: "github.issues",
        detail: { ...detail, action: "opened" },
      }),
    ).toBe("github.issues opened: octocat on github, inst-0123456789abcdef0123456789abcdef");
  });

  test("has at least the type", () => {
    expect(describeEvent({ ...event, detail: {} })).toBe("installation.created");
  });
});

function putEvents(Entries: PutEventsRequestEntry[]) {
  return eventBridge.send(new PutEventsCommand({ Entries }));
}
