import { beforeEach, expect, test } from "vitest";
import { runCommand } from "../support/commands.ts";
import { createFakeResources } from "../support/fake-resources.ts";
import { startFakeStage } from "../support/fake-stage.ts";
import { startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { environment, resources } = await startFakeStage(stack);

const readLetters = (...options: string[]) =>
  runCommand(["dead-letters", "--stage", "production", ...options], environment);

beforeEach(() => {
  Object.assign(resources, createFakeResources());
});

/** An event that the function reconcile should have processed, with a body that is nobody's business. */
const eventAt = (time: string) => ({
  version: "0",
  "detail-type": "github.installation",
  source: "grantkeep.webhooks",
  time,
  detail: { delivery_id: "github:guid-1", body: { secret: "canary-body" } },
});

/** Returns a record as Lambda sends it to the queue. */
const record = (condition: string, rest: object) => ({
  body: JSON.stringify({
    version: "1.0",
    timestamp: "2026-11-28T11:00:03.000Z",
    requestContext: { requestId: "r", functionArn: "arn", condition, approximateInvokeCount: 3 },
    requestPayload: eventAt("2026-11-28T11:00:00Z"),
    ...rest,
  }),
});

const failed = (errorType: string, errorMessage: string) =>
  record("RetriesExhausted", {
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
    responsePayload: { errorType, errorMessage, trace: [] },
  });

test.each([
  [
    "an error of the function",
    failed("retry_later", JSON.stringify({ message: "The database did not respond." })),
    "retry_later",
    "retry_later: The database did not respond.",
  ],
  [
    "a timeout",
    failed("Sandbox.Timedout", "canary-message"),
    "Sandbox.Timedout",
    "Sandbox.Timedout: reconcile timed out, ran out of memory, or did not start.",
  ],
  [
    "a process that ended",
    record("RetriesExhausted", {
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorMessage: "RequestId: r Process exited before canary-message" },
    }),
    "RetriesExhausted",
    "RetriesExhausted: reconcile timed out, ran out of memory, or did not start.",
  ],
  [
    "throttling",
    record("EventAgeExceeded", {}),
    "EventAgeExceeded",
    "EventAgeExceeded: Lambda could not start reconcile for six hours: it was throttled, ",
  ],
  [
    "a function that EventBridge may not invoke",
    {
      body: JSON.stringify(eventAt("2026-11-28T10:00:00Z")),
      attributes: { ERROR_CODE: "NO_PERMISSIONS", ERROR_MESSAGE: "Lambda denied the invocation." },
    },
    "NO_PERMISSIONS",
    "NO_PERMISSIONS: EventBridge could not start reconcile. Lambda denied the invocation.",
  ],
  [
    "a message of another form",
    { body: "canary-text" },
    "unknown",
    "unknown: The message has neither an event nor a record of Lambda. Read it in its queue: https://sqs.",
  ],
  [
    "an error of a function that was not invoked with an event",
    record("RetriesExhausted", {
      requestPayload: { canary: "canary-payload" },
      responsePayload: { errorType: "Sandbox.Timedout", errorMessage: "canary-message" },
    }),
    "Sandbox.Timedout",
    "Sandbox.Timedout: reconcile timed out, ran out of memory, or did not start. Read the lines of Lambda in its log " +
      "group. reconcile was not invoked with an event of Grantkeep: ",
  ],
  [
    "an event whose time is not valid",
    record("EventAgeExceeded", { requestPayload: eventAt("yesterday") }),
    "EventAgeExceeded",
    "EventAgeExceeded: Lambda could not start reconcile for six hours: it was throttled, ",
  ],
])("names the cause of a dead letter: %s", async (_, message, error, cause) => {
  resources.messages = [message];

  const { code, stdout } = await readLetters();
  const json = await readLetters("--json");

  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`^FAILED .*\\n[\\d :-]+ +reconcile .* ${error}\\n`));
  expect(stdout).toContain(`\nWhy   ${cause}`);
  expect(JSON.parse(json.stdout).items).toMatchObject([{ function: "reconcile", error }]);
  expect(stdout + json.stdout).not.toContain("canary");
});

const QUEUE_URL =
  "https://sqs.eu-central-1.amazonaws.com/123456789012/grantkeep-production-reconcile-dead-letters";
const PURGE = `aws sqs purge-queue --queue-url ${QUEUE_URL}`;
const FIX_STATUS = "npx grantkeep health-check --fix --stage production";

/** Returns an event that EventBridge could not deliver so many days ago, and the second in which it was published. */
function lostDaysAgo(days: number) {
  const second = Math.floor(Date.now() / 1000) - days * 86_400;
  const toText = (seconds: number) => new Date(seconds * 1000).toISOString().replace(".000Z", "Z");
  return {
    message: { body: JSON.stringify(eventAt(new Date(second * 1000 + 500).toISOString())) },
    from: toText(second),
    until: toText(second + 2),
  };
}

/** Returns the steps, without their label. */
const stepsOf = (stdout: string) => [...stdout.matchAll(/^Do {4}(.+)$/gm)].map(([, step]) => step);

test("deletes the messages before the replay, since an event that fails again is a new message", async () => {
  const older = lostDaysAgo(2);
  const newer = lostDaysAgo(1);
  resources.messages = [newer.message, older.message];

  const { stdout } = await readLetters();

  const replay =
    `npx grantkeep replay --from ${older.from} --until ${newer.until} ` +
    "--rule grantkeep-production-reconcile --stage production";
  expect(stepsOf(stdout)).toEqual([
    "Fix the cause.",
    `Delete the messages, and wait a minute until SQS has deleted them: ${PURGE}`,
    `Then deliver the events of that time again: ${replay}`,
    "Some minutes later, check again: npx grantkeep dead-letters --stage production",
  ]);
});

test("replays only the events that the archive has, and checks installations for the others", async () => {
  const expired = lostDaysAgo(8);
  const archived = lostDaysAgo(6);
  resources.messages = [expired.message, archived.message];

  const { stdout } = await readLetters();

  expect(stdout).toContain(`replay --from ${archived.from} --until ${archived.until} `);
  expect(stdout).toContain(`Events older than 7 days are no longer in the archive, `);
  expect(stdout).toContain(`: ${FIX_STATUS}\n`);
});

test("prints no replay if the archive has none of the events", async () => {
  resources.messages = [lostDaysAgo(8).message];

  const { stdout } = await readLetters();

  expect(stdout).toContain(`: ${PURGE}\n`);
  expect(stdout).toContain(`: ${FIX_STATUS}\n`);
  expect(stdout).not.toContain("grantkeep replay");
});

test("does not name the command that empties a queue which may have events that were not read", async () => {
  resources.messages = Array.from({ length: 51 }, () => failed("retry_later", "{}"));

  const { stdout } = await readLetters();

  expect(stdout).toContain("It may have more than these 50 events: https://sqs.");
  expect(stdout).not.toContain("purge-queue");
});

test("shows a message whose time is not valid", async () => {
  resources.messages = [
    failed("retry_later", "{}"),
    { body: JSON.stringify(eventAt("yesterday")) },
  ];

  const { code, stdout } = await readLetters();

  expect(code).toBe(0);
  expect(stdout).toMatch(/\n[\d :-]+ +reconcile +unknown /);
});

test("says that all events were processed, and that the queue does not exist", async () => {
  const empty = await readLetters();
  resources.deadLetters = undefined;
  const missing = await readLetters();

  expect(empty).toMatchObject({ code: 0, stdout: "All events were processed.\n" });
  expect(missing).toMatchObject({ code: 1, stdout: "" });
  expect(missing.stderr).toContain("a queue for them does not exist.");
});
