import { expect, test, vi } from "vitest";
import { exampleApps } from "../../emulators/platforms.ts";
import { GITHUB_APP, startTestStack } from "../support/stack.ts";
import { expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { readSecret } from "./known-secrets.ts";
import {
  createWebhookSender,
  githubEvent,
  jiraEvent,
  signGithub,
  signJira,
  signSlack,
  slackEvent,
} from "./webhooks.ts";

const NEW_SECRET = "the-webhook-secret-that-is-to-come";
/** Functions read a secret again after five minutes. */
const UNTIL_READ_MS = 301_000;

const stack = await startTestStack(GITHUB_APP);
const send = createWebhookSender(stack);
const EVENT = githubEvent("created", 42);
const SLACK_EVENT = slackEvent("app_home_opened", "T0ACME");

const { hold, plant } = await createConventions(
  stack,
  async () => (await fetch(stack.url)).status === 200,
);
plant("a webhook secret that is to come", NEW_SECRET);

const PLATFORMS = [
  {
    platform: "github",
    field: "webhook_secret",
    old: exampleApps.github.webhookSecret,
    sendSignedBy: (secret: string) =>
      send.github(EVENT, { "x-hub-signature-256": signGithub(EVENT, secret) }),
  },
  {
    platform: "slack",
    field: "signing_secret",
    old: exampleApps.slack.signingSecret,
    sendSignedBy: (secret: string) => send.slack(SLACK_EVENT, signSlack(SLACK_EVENT, { secret })),
  },
  {
    platform: "jira",
    field: "client_secret",
    old: exampleApps.jira.clientSecret,
    sendSignedBy: async (secret: string) =>
      send.jira(jiraEvent("unknown"), { authorization: await signJira({ secret }) }),
  },
] as const;

type Case = (typeof PLATFORMS)[number];

/** Gives the platform's secret these values, and lets the functions read them. */
async function putSigningSecret({ platform, field }: Case, value: unknown): Promise<void> {
  const secret = JSON.parse(await readSecret(stack, platform));
  stack.aws.putSecret(platform, JSON.stringify({ ...secret, [field]: value }));
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + UNTIL_READ_MS });
}

test.each(PLATFORMS)(
  "WH-070 $platform: while a secret is rotated, what either one signed is good",
  async (platform) => {
    const { sendSignedBy, old } = platform;
    const before = await hold(() => sendSignedBy(old));
    await putSigningSecret(platform, [NEW_SECRET, old]);

    const answers = [
      await hold(() => sendSignedBy(old)),
      await hold(() => sendSignedBy(NEW_SECRET)),
    ];
    const other = await hold(() => sendSignedBy("a-secret-of-somebody-else"));

    expect([before, ...answers].map(({ status }) => status)).toEqual([202, 202, 202]);
    expectRefusal(other, { status: 401, code: "invalid_signature" });
  },
);

test.each(PLATFORMS)(
  "WH-071 $platform: after the rotation, what the old secret signed is refused",
  async (platform) => {
    const { sendSignedBy, old } = platform;
    await putSigningSecret(platform, NEW_SECRET);

    const answer = await hold(() => sendSignedBy(NEW_SECRET));
    const refused = await hold(() => sendSignedBy(old));

    expect(answer.status).toBe(202);
    expectRefusal(refused, { status: 401, code: "invalid_signature" });
  },
);

test.each([[[]], [["one", "two", "three"]], [[NEW_SECRET, ""]], [{ new: NEW_SECRET }]])(
  "WH-070 control: a secret that is neither one nor two (%j) signs nothing",
  async (value) => {
    const [github] = PLATFORMS;
    await putSigningSecret(github, value);

    const answer = await hold(() => github.sendSignedBy(NEW_SECRET));

    expectRefusal(answer, { status: 503, code: "platform_not_configured" });
  },
);
