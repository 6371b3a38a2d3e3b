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
    "unknown: EventBridge could not start reconcile.",
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

test("prints how to deliver the events again, and how to empty the queue", async () => {
  resources.messages = [
    failed("retry_later", "{}"),
    { body: JSON.stringify(eventAt("2026-11-28T09:30:00.5Z")) },
  ];

  const { stdout } = await readLetters();

  expect(stdout).toContain(
    "npx grantkeep replay --from 2026-11-28T09:30:00Z --until 2026-11-28T11:00:01Z " +
      "--rule grantkeep-production-reconcile --stage production\n",
  );
  expect(stdout).toContain(
    "aws sqs purge-queue --queue-url https://sqs.eu-central-1.amazonaws.com/123456789012/grantkeep-production-reconcile-dead-letters\n",
  );
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
