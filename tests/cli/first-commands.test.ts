import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { FIRST_COMMANDS } from "../../infra/first-commands.ts";
import type { AwsFault } from "../../local/aws/faults.ts";
import { loadHandler } from "../../local/handlers.ts";
import { installOn } from "../cases/installed.ts";
import { createWebhookSender, githubEvent, slackEvent } from "../cases/webhooks.ts";
import { runCommand, startCommandStack } from "../support/commands.ts";
import { callApi, GITHUB_APP } from "../support/stack.ts";

const RECONCILE = "functions/reconcile.handler";

/** Whether Lambda cannot start the function `reconcile`. */
let cannotStart = false;

const { stack, environment } = await startCommandStack(async (name) => {
  if (cannotStart && name === RECONCILE) throw new Error("the init phase failed");
  return loadHandler(name);
}, GITHUB_APP);
const send = createWebhookSender(stack);
const id = await installOn(stack, "github", "alarmed");
const [row] = await stack.database.sql<[{ provider: string }]>`
  select provider_installation_id as provider from installations where id = ${id}
`;

/** Runs the command that the e-mail of an alarm names. */
const runFirst = (alarm: keyof typeof FIRST_COMMANDS) =>
  runCommand(FIRST_COMMANDS[alarm].split(" "), environment);

afterEach(() => {
  stack.aws.fail(undefined);
  cannotStart = false;
});

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

describe("the first command of dead-letters shows", () => {
  /** Sends an event of Slack, and waits until the function has failed to process it three times. */
  async function failOn(team: string): Promise<void> {
    const { status } = await send.slack(slackEvent("app_uninstalled", team));
    expect(status).toBe(202);
    await stack.aws.eventsSettled();
  }

  test("the error of an event that the function failed to process", async () => {
    await installOn(stack, "slack", "poison");
    await stack.database.sql`
      update installations set access_token = 'v1.k1.AAAA' where organization_id = 'T0POISON'
    `;
    await failOn("T0POISON");

    const { code, stdout } = await runFirst("dead-letters");

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /\n[\d:]+ +reconcile +slack\.app_uninstalled +slack:\S+ +3 +decryption_failed\n/,
    );
    expect(stdout).toContain(
      "\nWhy   decryption_failed: An encrypted value could not be decrypted. ",
    );
    expect(stdout).toMatch(
      /\nDo {4}Fix the cause, .+: npx grantkeep replay --from \S+Z --until \S+Z\n/,
    );
  });

  test("that the function could not be started", async () => {
    await installOn(stack, "slack", "cold");
    cannotStart = true;
    await failOn("T0COLD");

    const { stdout } = await runFirst("dead-letters");

    expect(stdout).toMatch(/\n[\d:]+ +reconcile +slack\.app_uninstalled +slack:\S+ +3 +Error\n/);
    expect(stdout).toMatch(/\nWhy {3}Error: reconcile timed out, .+ or did not start\./);
    expect(stdout).not.toContain("the init phase failed");
  });
});

test("logs --error prints no other failure", async () => {
  await callApi(stack, "GET", "/installations/inst-1");

  const { stdout } = await runFirst("events-delayed");

  expect(stdout).not.toContain("invalid_request");
  expect(stdout).toContain("The event bus did not take ");
});
