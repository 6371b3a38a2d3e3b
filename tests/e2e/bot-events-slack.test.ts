import * as v from "valibot";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { WebhookBusEvent } from "../../functions/invoke/webhook-events.ts";
import { openSession } from "../support/browser-session.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { startRecordingBot } from "../support/recording-bot.ts";
import { GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const bot = await startRecordingBot();
const slack = { scopes: ["chat:write", "app_mentions:read", "channels:history", "commands"] };
const stack = await startTestStack(
  { ...GITHUB_APP, BOT_URL: bot.url },
  { configuration: { ...TEST_CONFIGURATION, platforms: { slack } } },
);
const { control, slackUrl } = stack.platforms;
if (!control.slack) throw new Error("Slack is not emulated.");
const people = control.slack;

const Installed = v.object({ installation_id: v.string() });
const Token = v.object({ answer: v.object({ access_token: v.string() }) });

/** Installs the app by a customer's link, and returns the id of the installation. */
async function install(organization: string): Promise<string> {
  const session = openSession();
  const link = { platform: "slack" as const, metadata: { customer: organization } };
  const { url } = await createLink(stack, link);
  const start = await openLink(session, url);
  const callback = await consentSlack(stack, session, organization, start);
  const reply = await session.get(callback, { accept: "application/json" });
  return v.parse(Installed, await reply.json()).installation_id;
}

/** Returns the events of Slack that the bot got, each of which the schema accepts as it is. */
async function received() {
  await people.settled();
  await stack.aws.eventsSettled();
  return bot.requests.flatMap(({ event }) => {
    const parsed = v.safeParse(WebhookBusEvent, event);
    return parsed.success ? [parsed.output] : [];
  });
}

/** Returns whom the mentions that the bot got are attributed to. */
async function mentioned() {
  const events = await received();
  return events.flatMap(({ "detail-type": type, detail }) =>
    type.startsWith("slack.app_mention") ? [{ type, id: detail.installation_id }] : [],
  );
}

/** Adds the app to the channel that Acme and Globex share. */
async function addToShared(organization: string): Promise<void> {
  await fetch(`${slackUrl}/client/${organization}/C0SHARED/members`, {
    method: "POST",
    redirect: "manual",
  });
}

beforeEach(() => {
  bot.requests.length = 0;
});

describe("in a workspace", () => {
  let id = "";

  beforeAll(async () => {
    id = await install("T0ACME");
  });

  test("a slash command reaches the bot, with its customer and all its fields", async () => {
    await people.command({
      organization: "T0ACME",
      channel: "bots",
      command: "/ask",
      text: "Why?",
    });

    expect(await received()).toMatchObject([
      {
        "detail-type": "slack.slash_command",
        detail: {
          installation_id: id,
          platform: "slack",
          organization_id: "T0ACME",
          metadata: { customer: "T0ACME" },
          event: "slash_command",
          body: { command: "/ask", text: "Why?", team_id: "T0ACME", user_id: "U0ADA" },
        },
      },
    ]);
  });

  test("a click on a button reaches the bot, with its customer and the whole payload", async () => {
    const token = v.parse(Token, await invoke(stack, "token-lookup", { installation_id: id }));
    const button = {
      type: "button",
      action_id: "approve",
      text: { type: "plain_text", text: "Approve" },
    };
    const posted = await fetch(`${slackUrl}/api/chat.postMessage`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token.answer.access_token}`,
        "content-type": "application/json",
      },
      body: JSON.stringify({
        channel: "C0BOT0ACME",
        text: "Deploy?",
        blocks: [{ type: "actions", elements: [button] }],
      }),
    });
    const { ts } = v.parse(v.object({ ts: v.string() }), await posted.json());
    await received();
    bot.requests.length = 0;

    await people.click({ organization: "T0ACME", channel: "bots", ts, action_id: "approve" });

    expect(await received()).toMatchObject([
      {
        "detail-type": "slack.block_actions",
        detail: {
          installation_id: id,
          metadata: { customer: "T0ACME" },
          body: { type: "block_actions", actions: [{ action_id: "approve" }] },
        },
      },
    ]);
  });

  test("what another app of the workspace was sent is not taken for the bot's", async () => {
    const event = { type: "app_mention", user: "U0ADA", text: "<@U0OTHER> hello", ts: "1.1" };
    const sent = await people.send({ organization: "T0ACME", event, appId: "A0OTHER" });

    expect(sent.attempts.map(({ status }) => status)).not.toContain(202);
    expect(await mentioned()).toEqual([]);
  });
});

describe("in a shared channel", () => {
  test("a mention belongs to the workspace where the app is, also if its author is in the other one", async () => {
    const mention = (bot: string) =>
      people.post({ organization: "T0GLOBEX", channel: "partners", text: `<@${bot}> hello` });
    const acme = await install("T0ACME");
    await addToShared("T0ACME");
    await mention("U0BOT0ACME");
    expect(await mentioned()).toEqual([{ type: "slack.app_mention", id: acme }]);

    const globex = await install("T0GLOBEX");
    await addToShared("T0GLOBEX");
    bot.requests.length = 0;
    await mention("U0BOT0GLOBEX");
    expect(await mentioned()).toEqual([{ type: "slack.app_mention", id: globex }]);
  });
});

describe("with an org-wide install", () => {
  test("a mention in each workspace of the organization belongs to it", async () => {
    const id = await install("E0GRID");
    for (const organization of ["T0GRIDENG", "T0GRIDOPS"]) {
      await people.post({ organization, channel: "bots", text: "<@W0BOT0GRID> hello" });
    }

    const attributed = { type: "slack.app_mention", id };
    expect(await mentioned()).toEqual([attributed, attributed]);
  });
});
