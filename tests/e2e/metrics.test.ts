import { afterEach, describe, expect, test } from "vitest";
import { installOn, LIFETIME_SECONDS } from "../cases/installed.ts";
import { createWebhookSender, slackEvent } from "../cases/webhooks.ts";
import { locationOf, openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { METRICS, metricLines, metricsIn } from "../support/metrics.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const jira = { webhooks: { events: ["jira:issue_updated" as const], jql: "project = DEMO" } };
const configuration = { ...TEST_CONFIGURATION, platforms: { jira } };
const stack = await startTestStack(GITHUB_APP, { configuration });
const { control } = stack.platforms;
control.github.holdDeliveries();

const DOWN = { kind: "status", status: 500 } as const;
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });
const platforms = ["github", "slack", "jira"] as const;

/** The paths of the emulated platforms that a refresh requests. */
const REFRESHES = {
  github: "/api/app/installations/*",
  slack: "/api/oauth.v2.access",
  jira: "/oauth/token",
};

afterEach(() => {
  control.clearFaults();
  stack.aws.fail(undefined);
});

/** Returns the lines with metrics that an action writes. */
async function linesOf(act: () => Promise<unknown>) {
  const written = stack.output().length;
  await act();
  return metricLines(stack.output().slice(written));
}

describe.each(platforms)("a refresh at %s", (platform) => {
  test("is counted by outcome and platform, with its duration, in addition to the line of the lookup", async () => {
    const id = await installOn(stack, platform, "renewed");
    await lookUp(id);
    await control.letTimePass(LIFETIME_SECONDS[platform]);

    const lines = await linesOf(() => lookUp(id));
    const fresh = await linesOf(() => lookUp(id));

    expect(lines).toMatchObject([
      { Refreshes: 1, RefreshesDuration: expect.any(Number), platform, outcome: "ok" },
      { Lookups: 1, platform, outcome: "ok" },
    ]);
    expect(fresh).toMatchObject([{ Lookups: 1, outcome: "ok" }]);
  });

  test("that fails is counted, although the lookup returns the token that is still valid", async () => {
    const id = await installOn(stack, platform, "spared");
    await lookUp(id);
    await control.letTimePass(LIFETIME_SECONDS[platform] - 240);
    control.addFault({ platform, path: REFRESHES[platform], times: "until_cleared", fault: DOWN });

    const lines = await linesOf(() => lookUp(id));

    expect(lines).toMatchObject([
      { Refreshes: 1, platform, outcome: "provider_unavailable" },
      { Lookups: 1, outcome: "ok" },
    ]);
  });
});

test("refreshes of the sweep and of a health check are counted one by one", async () => {
  const idle = await Promise.all(
    ["idle-1", "idle-2"].map((name) => installOn(stack, "jira", name)),
  );
  await stack.database.sql`
    update installations set token_stored_at = token_stored_at - interval '60 days'
    where id in ${stack.database.sql(idle)}
  `;
  const swept = await linesOf(() => invoke(stack, "sweep", {}));
  await control.letTimePass(LIFETIME_SECONDS.jira);
  const checked = await linesOf(() => invoke(stack, "health-check", { dry_run: false, limit: 2 }));

  const renewed = { Refreshes: 1, platform: "jira", outcome: "ok" };
  expect(swept).toMatchObject([renewed, renewed, { Sweeps: 1, outcome: "ok" }]);
  expect(checked).toMatchObject([renewed, renewed, { HealthChecks: 1, outcome: "ok" }]);
});

test("METRICS lists every metric that is written, with its dimensions", async () => {
  stack.aws.fail({ service: "events", kind: "throttling" });
  const id = await installOn(stack, "slack", "all");
  await invoke(stack, "webhook-secret", { installation_id: id });
  const rejected_token_sha256 = "a".repeat(64);
  await invoke(stack, "token-lookup", { installation_id: id, rejected_token_sha256 });
  for (const name of ["rotate-keys", "import", "export", "tick", "check"])
    await invoke(stack, name, {});
  await createWebhookSender(stack).slack(slackEvent("app_mention", "T0NOBODY"));
  await fetch(`${stack.url}/oauth/github/callback`);
  const session = openSession();
  const denied = locationOf(await session.get(`${stack.url}/oauth/slack/authorize`));
  const state = new URL(denied).searchParams.get("state") ?? "";
  await session.get(`${stack.url}/oauth/slack/callback?error=access_denied&state=${state}`);
  control.addFault({ platform: "slack", times: "until_cleared", fault: DOWN });
  const webhooks = "/api/ex/jira/*/webhook";
  control.addFault({ platform: "jira", path: webhooks, times: "until_cleared", fault: DOWN });
  await installOn(stack, "jira", "all");
  await callApi(stack, "DELETE", `/installations/${id}`);

  expect(metricsIn(metricLines(stack.output()))).toEqual(METRICS);
});
