import { test } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createWebhookSender, githubEvent, signGithub, signSlack, slackEvent } from "./webhooks.ts";

// An empty secret is known to everybody, and so is one that is not there.
const stack = await startTestStack({
  ...GITHUB_APP,
  GITHUB_SECRET: JSON.stringify({
    client_secret: exampleApps.github.clientSecret,
    webhook_secret: "",
  }),
  SLACK_SECRET: JSON.stringify({ client_secret: exampleApps.slack.clientSecret }),
});
const send = createWebhookSender(stack);
const { hold } = await createConventions(stack, async () => (await fetch(stack.url)).ok);

const DELETED = githubEvent("deleted", 42);
const UNINSTALLED = slackEvent("app_uninstalled", "T0ACME");
const NOT_CONFIGURED = { status: 503, code: "platform_not_configured" };

test.each([
  ["an empty secret", signGithub(DELETED, "")],
  ["the text of nothing", signGithub(DELETED, "undefined")],
  ["the App's real one", signGithub(DELETED)],
])("WH-067 without a webhook secret, what %s signed is not accepted", async (_name, signature) => {
  const headers = { "x-hub-signature-256": signature };

  expectRefusal(await hold(() => send.github(DELETED, headers)), NOT_CONFIGURED);
});

test.each([
  ["an empty secret", ""],
  ["the text of nothing", "undefined"],
])("WH-067 without a signing secret, what %s signed is not accepted", async (_name, secret) => {
  const headers = signSlack(UNINSTALLED, { secret });

  expectRefusal(await hold(() => send.slack(UNINSTALLED, headers)), NOT_CONFIGURED);
});
