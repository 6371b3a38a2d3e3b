import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { FIRST_COMMANDS } from "../../infra/first-commands.ts";
import type { AwsFault } from "../../local/aws/faults.ts";
import { installOn } from "../cases/installed.ts";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";

const { stack, environment } = await startCommandStack(undefined, GITHUB_APP);
const send = createWebhookSender(stack);
const id = await installOn(stack, "github", "alarmed");
const [row] = await stack.database.sql<[{ provider: string }]>`
  select provider_installation_id as provider from installations where id = ${id}
`;

/** Runs the command that the e-mail of an alarm names. */
const runFirst = (alarm: keyof typeof FIRST_COMMANDS) =>
  runCommand(FIRST_COMMANDS[alarm].split(" "), environment);

afterEach(() => stack.aws.fail(undefined));

const FAULTS: [AwsFault & { readonly service: "events" }, string][] = [
  [{ service: "events", kind: "throttling" }, "ThrottlingException"],
  [{ service: "events", kind: "internal" }, "InternalException"],
  [{ service: "events", kind: "refused_entries" }, "InternalFailure"],
  [{ service: "events", kind: "reset" }, "ECONNRESET"],
];

describe.each(FAULTS)("the first command of an alarm shows the cause %o", (fault, reason) => {
  test("events-delayed: of a delivery that the bus did not take", async () => {
    stack.aws.fail(fault);
    await send.github(githubEvent("opened", Number(row.provider)), {
      "x-github-event": "issues",
      "x-github-delivery": randomUUID(),
    });

    const { code, stdout } = await runFirst("events-delayed");

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`The event bus did not take issues: .*${reason}`));
  });

  test("events-late: of an installation event that the bus did not take", async () => {
    stack.aws.fail(fault);
    await installOn(stack, "slack", fault.kind.replace("_", ""));

    const { code, stdout } = await runFirst("events-late");

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`The event bus did not take installation\\..*${reason}`));
  });
});

test("logs --error prints no other failure", async () => {
  await callApi(stack, "GET", "/installations/inst-1");

  const { stdout } = await runFirst("events-delayed");

  expect(stdout).not.toContain("invalid_request");
  expect(stdout).toContain("The event bus did not take ");
});
