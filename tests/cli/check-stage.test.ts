import { beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "../support/commands.ts";
import { createFakeResources } from "../support/fake-resources.ts";
import { startFakeStage } from "../support/fake-stage.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";

const stack = await startTestStack(GITHUB_APP);
const { environment, calls, resources, fail } = await startFakeStage(stack);

const check = (...options: string[]) =>
  runCommand(["check", "--stage", "production", ...options], environment);

beforeEach(() => {
  Object.assign(resources, createFakeResources());
});

test("a stage with all that it needs has no problem", async () => {
  const before = calls.length;

  const { code, stdout, stderr } = await check();

  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: "Account 123456789012, region eu-central-1, stage production\n",
  });
  expect(stdout).toMatch(/^ok +alarm-email +Alarms notify 1 confirmed subscription\.$/m);
  expect(stdout).toMatch(/\n\d+ checks: 0 problems, 0 warnings\.\n$/);
  expect(calls.slice(before)).toContain("invocations grantkeep-production-migrate");
});

describe("what functions cannot see is named:", () => {
  test.each([
    [
      "no topic",
      { subscriptions: undefined },
      "alarm-email",
      "The topic for alarms does not exist.",
    ],
    [
      "no address for alarms",
      { subscriptions: [] },
      "alarm-email",
      "Nobody is notified of alarms.",
    ],
    [
      "an address that was not confirmed",
      { subscriptions: ["PendingConfirmation"] },
      "alarm-email",
      "Nobody is notified of alarms: the subscription was not confirmed.",
    ],
    [
      "no event bus",
      { hasEventBus: false },
      "event-bus",
      "The event bus or its rule does not exist.",
    ],
    [
      "a disabled rule",
      { ruleState: "DISABLED" },
      "event-bus",
      "The rule grantkeep-production-reconcile is disabled, so that uninstalls are not noticed at once.",
    ],
    [
      "no queue",
      { deadLetters: undefined },
      "dead-letters",
      "The queue for failed events does not exist.",
    ],
  ])("%s", async (_, change, name, summary) => {
    Object.assign(resources, change);

    const { code, stdout } = await check("--json");

    const { checks, ...counts } = JSON.parse(stdout);
    expect({ code, ...counts }).toEqual({ code: 1, ok: false, problems: 1, warnings: 0 });
    expect(checks.filter(({ status }: { status: string }) => status !== "ok")).toEqual([
      { name, status: "problem", summary, action: expect.any(String) },
    ]);
  });

  test("events that were not processed, as a warning", async () => {
    resources.deadLetters = 3;

    const { code, stdout } = await check();

    expect(code).toBe(0);
    expect(stdout).toMatch(/^warning +dead-letters +3 events were not processed: /m);
    expect(stdout).toMatch(/\n +Do: See why: npx grantkeep dead-letters --stage production/);
  });
});

test("a role that may not invoke functions gets the rest of the checks", async () => {
  fail({ service: "lambda", code: "AccessDeniedException" });

  const { code, stdout } = await check("--json");

  fail(undefined);
  const found = JSON.parse(stdout).checks.map(
    ({ status, name }: { status: string; name: string }) => `${status} ${name}`,
  );
  expect(code).toBe(1);
  expect(found).toEqual([
    "problem functions",
    "warning migrations",
    "problem api",
    "ok alarm-email",
    "warning event-bus",
    "ok dead-letters",
  ]);
});
