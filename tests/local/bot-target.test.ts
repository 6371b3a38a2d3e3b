import {
  EventBridgeClient,
  PutEventsCommand,
  StartReplayCommand,
} from "@aws-sdk/client-eventbridge";
import * as v from "valibot";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { createBotTarget } from "../../local/aws/bot-target.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { listen } from "../../local/http-server.ts";
import { startRecordingBot } from "../support/recording-bot.ts";

const Listed = v.object({ events: v.array(v.looseObject({ detail: v.unknown() })) });

const bot = await startRecordingBot();
const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map(),
  targets: [createBotTarget(bot.url, "bus-1")],
  retryDelaysMs: [1, 1],
});
const eventBridge = new EventBridgeClient({
  endpoint: aws.url,
  region: "us-east-1",
  credentials: LOCAL_CALLER,
  maxAttempts: 1,
});

beforeEach(() => {
  bot.requests.length = 0;
  bot.respond();
});

afterEach(() => aws.eventsSettled());

afterAll(() => aws.close());

async function put(number: number, EventBusName = "bus-1"): Promise<void> {
  const Detail = JSON.stringify({ number });
  const entry = { EventBusName, Source: "grantkeep.webhooks", DetailType: "github.issues", Detail };
  await eventBridge.send(new PutEventsCommand({ Entries: [entry] }));
}

describe("the bot", () => {
  test("gets each event of the bus as a POST, as EventBridge delivers it", async () => {
    await put(1);
    await put(2, "bus-2");
    await aws.eventsSettled();

    expect(bot.requests).toEqual([
      {
        method: "POST",
        contentType: "application/json",
        event: {
          version: "0",
          id: expect.any(String),
          "detail-type": "github.issues",
          source: "grantkeep.webhooks",
          account: "000000000000",
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          region: "us-east-1",
          resources: [],
          detail: { number: 1 },
        },
      },
    ]);
  });

  test("gets an event again until it returns a status of 2xx", async () => {
    bot.respond(500, 302);

    await put(3);
    await aws.eventsSettled();

    expect(bot.requests.map(({ event }) => event)).toEqual(Array(3).fill(bot.requests[0]?.event));
    expect(aws.deadLetters).toEqual([]);
  });

  test("that fails three times is named with the reason", async () => {
    bot.respond(500, 500, 503);

    await put(4);
    await aws.eventsSettled();

    expect(bot.requests).toHaveLength(3);
    expect(aws.deadLetters.at(-1)).toMatchObject({
      target: `the bot at ${bot.url}`,
      event: { detail: { number: 4 } },
      reason: "It returned status 503.",
    });
  });

  test("on which nothing listens is named with the reason", async () => {
    const closed = await listen(0, async () => {});
    await closed.close();

    const delivery = createBotTarget(closed.url, "bus-1").deliver({
      version: "0",
      id: "1",
      "detail-type": "github.issues",
      source: "grantkeep.webhooks",
      account: "000000000000",
      time: "2026-11-22T12:00:00Z",
      region: "us-east-1",
      resources: [],
      detail: {},
    });

    await expect(delivery).rejects.toThrow("Nothing listens there.");
  });

  test.each(["127.0.0.1:4000", "ftp://127.0.0.1", "bot"])("cannot be at %s", (url) => {
    expect(() => createBotTarget(url, "bus-1")).toThrow(/^BOT_URL is not an http or https URL/);
  });
});

describe("the list of events", () => {
  test("has the newest thousand of the last hour, the oldest first", async () => {
    for (let number = 1; number <= 1_005; number += 1) await put(number, "bus-2");

    const response = await fetch(`${aws.url}/_events`);

    const { events } = v.parse(Listed, await response.json());
    expect(events).toHaveLength(1_000);
    expect([events[0]?.detail, events.at(-1)?.detail]).toEqual([{ number: 6 }, { number: 1_005 }]);
  });

  test("is not for web pages", async () => {
    const response = await fetch(`${aws.url}/_events`, {
      headers: { origin: "https://a.example" },
    });

    expect(response.status).toBe(403);
  });
});

describe("a replay", () => {
  const replay = (from: Date, until: Date, name = "replay-1") =>
    eventBridge.send(
      new StartReplayCommand({
        ReplayName: name,
        EventSourceArn: "arn:aws:events:us-east-1:000000000000:archive/grantkeep",
        EventStartTime: from,
        EventEndTime: until,
        Destination: { Arn: "arn:aws:events:us-east-1:000000000000:event-bus/grantkeep" },
      }),
    );

  test("delivers the events of a time once more, with its name", async () => {
    const start = new Date();
    await put(7);
    await aws.eventsSettled();
    const count = aws.events.length;

    const { State } = await replay(start, new Date(Date.now() + 1));
    await aws.eventsSettled();

    const [first, ...replayed] = bot.requests.map(({ event }) => event);
    expect(State).toBe("STARTING");
    expect(first).not.toHaveProperty("replay-name");
    expect(replayed).toEqual([{ ...Object(first), "replay-name": "replay-1" }]);
    expect(aws.events).toHaveLength(count);
  });

  test("delivers no event of another time", async () => {
    await replay(new Date(0), new Date(1_000));
    await aws.eventsSettled();

    expect(bot.requests).toEqual([]);
  });

  test("is refused without a time, and with a name that EventBridge does not take", async () => {
    const error = { name: "ValidationException" };

    await expect(replay(new Date(1_000), new Date(1_000))).rejects.toMatchObject(error);
    await expect(replay(new Date(0), new Date(1_000), "a b")).rejects.toMatchObject(error);
  });
});
