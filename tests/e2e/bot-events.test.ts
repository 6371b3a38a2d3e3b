import { createHash, randomUUID } from "node:crypto";
import * as v from "valibot";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { WebhookBusEvent } from "../../functions/invoke/webhook-events.ts";
import { createWebhookSender, githubEvent } from "../cases/webhooks.ts";
import { openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import {
  authorizeGithubUser,
  consentSlack,
  installGithubApp,
} from "../support/platform-installs.ts";
import { startRecordingBot } from "../support/recording-bot.ts";
import { GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const bot = await startRecordingBot();
const slack = { scopes: ["chat:write", "app_mentions:read", "channels:history"] };
const stack = await startTestStack(
  { ...GITHUB_APP, BOT_URL: bot.url },
  { configuration: { ...TEST_CONFIGURATION, platforms: { slack } } },
);
const { control, githubUrl, githubApiUrl, slackUrl } = stack.platforms;
const METADATA = { customer: "42" };
const JSON_ONLY = { accept: "application/json" };

const Installed = v.object({ installation_id: v.string() });
const Token = v.object({ answer: v.object({ access_token: v.string() }) });

/** Opens an install link of a customer: the session, and the path of its button. */
async function openCustomerLink(platform: "github" | "slack") {
  const session = openSession();
  const { url } = await createLink(stack, { platform, metadata: METADATA });
  return { session, start: await openLink(session, url) };
}

async function installGithub(): Promise<string> {
  const { session, start } = await openCustomerLink("github");
  const install = { login: "octocat", account: "octo-org" };
  const setupUrl = await installGithubApp(stack, session, start, install);
  const callback = await authorizeGithubUser(stack, session, setupUrl, install.login);
  const reply = await session.get(callback, JSON_ONLY);
  return v.parse(Installed, await reply.json()).installation_id;
}

async function installSlack(): Promise<string> {
  const { session, start } = await openCustomerLink("slack");
  const reply = await session.get(await consentSlack(stack, session, "T0ACME", start), JSON_ONLY);
  return v.parse(Installed, await reply.json()).installation_id;
}

/** Returns the events of one type that the bot got, each of which the schema accepts as it is. */
async function received(type: string): Promise<WebhookBusEvent[]> {
  await control.github.deliveries();
  await control.slack?.settled();
  await stack.aws.eventsSettled();
  return bot.requests.flatMap(({ event }) => {
    const parsed = v.safeParse(WebhookBusEvent, event);
    if (!parsed.success || parsed.output["detail-type"] !== type) return [];
    expect(event).toMatchObject(parsed.output);
    return [parsed.output];
  });
}

const ids = { github: "", slack: "" };

beforeAll(async () => {
  ids.github = await installGithub();
  ids.slack = await installSlack();
});

beforeEach(() => {
  bot.requests.length = 0;
});

const onGithub = () => ({
  installation_id: ids.github,
  platform: "github",
  organization_name: "octo-org",
  metadata: METADATA,
});

test("an issue that a person opens on GitHub reaches the bot, with its customer and the whole body", async () => {
  const form = new URLSearchParams({ login: "mona", title: "It does not work", body: "At all" });
  await fetch(`${githubUrl}/octo-org/api/issues`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });

  const [event, ...others] = await received("github.issues");

  expect(others).toEqual([]);
  expect(event?.detail).toMatchObject({
    ...onGithub(),
    event: "issues",
    action: "opened",
    body: {
      action: "opened",
      issue: { title: "It does not work", body: "At all", user: { login: "mona" } },
      repository: { full_name: "octo-org/api" },
      organization: { login: "octo-org" },
      sender: { login: "mona", type: "User" },
    },
  });
  expect(event?.detail.delivery_id).toMatch(/^github:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test("an issue that a bot opens by the API of GitHub reaches the bot too", async () => {
  const token = await invoke(stack, "token-lookup", { installation_id: ids.github });
  await fetch(`${githubApiUrl}/repos/octo-org/api/issues`, {
    method: "POST",
    headers: { authorization: `Bearer ${v.parse(Token, token).answer.access_token}` },
    body: JSON.stringify({ title: "By the bot" }),
  });

  expect(await received("github.issues")).toMatchObject([
    { detail: { ...onGithub(), action: "opened", body: { issue: { title: "By the bot" } } } },
  ]);
});

test("a mention on Slack reaches the bot", async () => {
  await fetch(`${slackUrl}/client/T0ACME/C0BOT0ACME`, {
    method: "POST",
    body: new URLSearchParams({ user: "U0ADA", text: "Hello @grantkeep" }),
    redirect: "manual",
  });

  expect(await received("slack.app_mention")).toMatchObject([
    {
      detail: {
        installation_id: ids.slack,
        platform: "slack",
        organization_id: "T0ACME",
        metadata: METADATA,
        event: "app_mention",
        action: null,
        body: { event: { type: "app_mention", user: "U0ADA" } },
      },
    },
  ]);
});

test("a body of 250 KB is in the bucket, from where its URL returns it for 15 minutes", async () => {
  const [installation] = control.github.installations();
  const body = githubEvent("opened", installation?.id, { issue: { body: "x".repeat(250 * 1024) } });
  const headers = { "x-github-event": "issues", "x-github-delivery": randomUUID() };
  await createWebhookSender(stack).github(body, headers);

  const [event] = await received("github.issues");
  const { body_url: url = "", ...detail } = event?.detail ?? {};
  const read = await fetch(url);
  stack.aws.letTimePass(15 * 60);
  const late = await fetch(url);

  expect(detail).not.toHaveProperty("body");
  expect(detail).toMatchObject({
    ...onGithub(),
    body_ref: {
      bucket: "grantkeep-deliveries",
      bytes: Buffer.byteLength(body),
      sha256: createHash("sha256").update(body).digest("hex"),
    },
  });
  expect([read.status, await read.text()]).toEqual([200, body]);
  expect(late.status).toBe(403);
});
