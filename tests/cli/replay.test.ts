import { expect, onTestFinished, test } from "vitest";
import { importInstallation } from "../cases/imported.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { createFakeResources } from "../support/fake-resources.ts";
import { startFakeStage } from "../support/fake-stage.ts";
import { startRecordingBot } from "../support/recording-bot.ts";

const bot = await startRecordingBot();
const { stack, environment } = await startCommandStack(undefined, { BOT_URL: bot.url });
const stage = await startFakeStage(stack);
const replay = (...options: string[]) => runCommand(["replay", ...options], environment);
const replayStage = (...options: string[]) =>
  runCommand(["replay", "--stage", "production", ...options], stage.environment);

test("reaches the bot of local mode again with the events of the last hour, marked as a replay", async () => {
  const id = await importInstallation(stack);
  await stack.aws.eventsSettled();
  const before = bot.requests.map(({ event }) => event);

  const { code, stdout, stderr } = await replay();
  await stack.aws.eventsSettled();

  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^Replaying the events from \S+Z until \S+Z\.\n$/);
  expect(before).toMatchObject([{ detail: { installation_id: id } }]);
  expect(before[0]).not.toHaveProperty("replay-name");
  const replayed = bot.requests.slice(before.length).map(({ event }) => event);
  expect(replayed).toEqual(
    before.map((event) => ({
      ...Object(event),
      "replay-name": expect.stringMatching(/^grantkeep-\d{8}T\d{6}Z$/),
    })),
  );
});

test("replays no event of another time", async () => {
  const count = bot.requests.length;

  await replay("--from", "2h", "--until", "1h");
  await stack.aws.eventsSettled();

  expect(bot.requests).toHaveLength(count);
});

test("starts a replay of the archive of a stage, to all rules of its bus", async () => {
  const { code, stdout, stderr } = await replayStage("--from", "6h", "--json");

  const arn = "arn:aws:events:eu-central-1:123456789012";
  const request = stage.replays.at(-1);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(request).toEqual({
    ReplayName: JSON.parse(stdout).name,
    EventSourceArn: `${arn}:archive/grantkeep-production-events`,
    EventStartTime: expect.any(Number),
    EventEndTime: expect.any(Number),
    Destination: { Arn: `${arn}:event-bus/grantkeep-production-events` },
  });
  const { EventStartTime: from, EventEndTime: until } = Object(request);
  expect(until - from).toBeCloseTo(6 * 3_600, -1);
  expect(Math.abs(until - Date.now() / 1_000)).toBeLessThan(60);
});

test("reaches only the rules of a stage that are named, in the time that is given", async () => {
  const { code, stderr } = await replayStage(
    ...["--from", "2026-11-28T09:00:00Z", "--until", "2026-11-28T10:00:00Z"],
    ...["--rule", "my-bot", "--rule", "reconcile"],
  );

  const rule = "arn:aws:events:eu-central-1:123456789012:rule/grantkeep-production-events";
  expect(code).toBe(0);
  expect(stderr).toMatch(/\naws events describe-replay --replay-name grantkeep-\d{8}T\d{6}Z\n$/);
  expect(stage.replays.at(-1)).toMatchObject({
    EventStartTime: Date.parse("2026-11-28T09:00:00Z") / 1_000,
    EventEndTime: Date.parse("2026-11-28T10:00:00Z") / 1_000,
    Destination: { FilterArns: [`${rule}/my-bot`, `${rule}/reconcile`] },
  });
});

const EVENTS = "arn:aws:events:eu-central-1:123456789012";

test.each([
  ["by its name", "my-app", `${EVENTS}:event-bus/my-app`, `${EVENTS}:rule/my-app/my-bot`],
  [
    "by its ARN",
    "arn:aws:events:eu-central-1:210987654321:event-bus/shared",
    "arn:aws:events:eu-central-1:210987654321:event-bus/shared",
    "arn:aws:events:eu-central-1:210987654321:rule/shared/my-bot",
  ],
  ["the one of the account", "default", `${EVENTS}:event-bus/default`, `${EVENTS}:rule/my-bot`],
])("replays to the existing event bus of an app, %s", async (_, eventBus, bus, rule) => {
  stage.resources.eventBus = eventBus;
  onTestFinished(() => void Object.assign(stage.resources, createFakeResources()));

  const { code } = await replayStage("--rule", "my-bot");

  expect(code).toBe(0);
  expect(stage.replays.at(-1)).toMatchObject({
    EventSourceArn: `${EVENTS}:archive/grantkeep-production-events`,
    Destination: { Arn: bus, FilterArns: [rule] },
  });
});

test("names the policy that allows to read the event bus", async () => {
  stage.fail({ service: "lambda", code: "AccessDeniedException" });
  onTestFinished(() => stage.fail(undefined));

  const { code, stderr } = await replayStage();

  expect(code).toBe(1);
  expect(stderr).toContain(
    "error: AWS refused to read the event bus: the credentials need the policy grantkeep-production-operator.\n",
  );
});

test.each([
  [["--from", "yesterday"], /^error: option '--from <time>' argument 'yesterday' is invalid\./],
  [["--from", "1h", "--until", "2h"], /^error: --from must be before --until\n/],
  [["--rule", "my-bot"], /^error: --rule requires --stage\n/],
  [["--rule", "my bot"], /^error: option '--rule <name>' argument 'my bot' is invalid\./],
])("refuses %j", async (options, message) => {
  const { code, stdout, stderr } = await replay(...options);

  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(message);
});
