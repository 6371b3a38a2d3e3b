import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { installOn } from "../cases/installed.ts";
import { signSlack } from "../cases/webhooks.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { startTestStack } from "../support/stack.ts";

/** Any function that returns an object: it stands for that of a bot. */
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:tick";
const RESULT = { sent: 0, delivered: 0 };
/** Slack shows an error to the person after this time. */
const SLACK_MS = 3_000;

const stack = await startTestStack(
  {},
  {
    configuration: {
      ...TEST_CONFIGURATION,
      platforms: { slack: { interactions: FUNCTION } },
    },
  },
);
const installationId = await installOn(stack, "slack", "CLICKS");
const TEAM = "T0CLICKS";

afterEach(() => stack.aws.fail(undefined));

async function post(form: Readonly<Record<string, string>>, secret?: string) {
  const body = new URLSearchParams(form).toString();
  const startedAt = performance.now();
  const response = await fetch(`${stack.url}/webhooks/slack/interactions`, {
    method: "POST",
    body,
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...signSlack(body, secret === undefined ? {} : { secret }),
    },
  });
  const text = await response.text();
  return { status: response.status, text, milliseconds: performance.now() - startedAt };
}

function click(change: object = {}) {
  const payload = {
    type: "block_actions",
    api_app_id: exampleApps.slack.appId,
    team: { id: TEAM },
    trigger_id: randomUUID(),
    actions: [{ action_id: "approve" }],
    ...change,
  };
  return post({ payload: JSON.stringify(payload) });
}

function command(change: Readonly<Record<string, string>> = {}) {
  return post({
    command: "/deploy",
    text: "now",
    team_id: TEAM,
    api_app_id: exampleApps.slack.appId,
    trigger_id: randomUUID(),
    ...change,
  });
}

/** Returns the deliveries on the bus. */
function delivered() {
  return stack.aws.events.filter(({ source }) => source === "grantkeep.webhooks");
}

describe("an interaction with a function", () => {
  test.each([
    ["a click", click],
    ["a command", command],
  ])("has its result as the response: %s", async (_, act) => {
    const { status, text } = await act();

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject(RESULT);
    expect(delivered()).toEqual([]);
    expect(stack.output()).toMatch(
      new RegExp(`"installation_id":"${installationId}".*"event":"[a-z_]+","outcome":"answered"`),
    );
  });

  test.each(["hang", "internal", "reset"] as const)(
    "is acknowledged in time when the function fails: %s",
    async (kind) => {
      stack.aws.fail({ service: "lambda", kind });
      const { status, text, milliseconds } = await click();

      expect([status, text]).toEqual([200, ""]);
      expect(milliseconds).toBeLessThan(SLACK_MS);
      expect(delivered()).toEqual([]);
      expect(stack.output()).toContain(`"event":"block_actions","outcome":"acknowledged"`);
    },
  );

  test("is handed over to the bus when the function was not invoked", async () => {
    stack.aws.fail({ service: "lambda", kind: "throttling" });
    const { status, text } = await command({ text: "later" });

    expect([status, text]).toEqual([200, ""]);
    expect(delivered()).toMatchObject([
      {
        detailType: "slack.slash_command",
        detail: {
          installation_id: installationId,
          action: "/deploy",
          body: { command: "/deploy", text: "later" },
        },
      },
    ]);
  });

  test("is unclaimed, and not for the function, without an installation", async () => {
    const { status, text } = await click({ team: { id: "T0NOBODY" } });

    expect([status, text]).toEqual([200, ""]);
    expect(delivered().at(-1)).toMatchObject({ detailType: "slack.block_actions.unclaimed" });
  });

  test("is for the enterprise, or for the team that a dialog's app is installed in", async () => {
    const orgWide = { is_enterprise_install: true, enterprise: { id: "E0NONE" } };
    const { text } = await click(orgWide);
    const view = { app_installed_team_id: TEAM, callback_id: "dialog" };
    const dialog = await click({ type: "view_submission", team: { id: "T0OTHER" }, view });

    expect(text).toBe("");
    expect(JSON.parse(dialog.text)).toMatchObject(RESULT);
  });

  test("is refused without a right signature, and for another app", async () => {
    const before = delivered().length;
    const forged = await post({ command: "/deploy", team_id: TEAM }, "guessed-secret");
    const other = await click({ api_app_id: "A0OTHER" });

    expect([forged.status, other.status]).toEqual([401, 400]);
    expect(delivered()).toHaveLength(before);
  });

  test("lets Slack check the certificate of the URL", async () => {
    expect(await post({ ssl_check: "1" })).toMatchObject({ status: 200, text: "" });
  });
});
