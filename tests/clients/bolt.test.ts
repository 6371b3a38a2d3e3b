import { createHmac } from "node:crypto";
import { createGrantkeep } from "@grantkeep/client";
import { createBoltOptions } from "@grantkeep/client/slack";
import { App, AwsLambdaReceiver, LogLevel } from "@slack/bolt";
import * as v from "valibot";
import { expect } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { test } from "../support/browser-test.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { startTestStack } from "../support/stack.ts";
import {
  BOT_CONFIGURATION,
  countRequests,
  expireTokens,
  installInBrowser,
  letHoursPass,
} from "./connected.ts";

const SIGNING_SECRET = "signing-secret";
const REFRESHES = /\/oauth\.v2\.access$/;

/** The channel that the app was added to. */
const channel = "C0BOT0ACME";

const stack = await startTestStack({}, { configuration: BOT_CONFIGURATION });

/** A bot on Bolt's receiver for Lambda, as the handler of a Lambda runs it. */
async function startBot() {
  const grantkeep = createGrantkeep({ functionName: "token-lookup:live" });
  const receiver = new AwsLambdaReceiver({
    signingSecret: SIGNING_SECRET,
    logLevel: LogLevel.ERROR,
  });
  const app = new App({ receiver, logLevel: LogLevel.ERROR, ...createBoltOptions(grantkeep) });
  const handled: string[] = [];
  app.message(async ({ message, client }) => {
    handled.push(message.ts);
    await client.chat.postMessage({ channel: message.channel, text: `reply to ${message.ts}` });
  });
  app.event("app_mention", async ({ event, say }) => {
    handled.push(event.ts);
    await say(`mentioned in ${event.ts}`);
  });
  const handler = await receiver.start();
  return {
    handled,
    grantkeep,
    /** Delivers an event as Slack signs it, and returns the status. */
    async deliver(event: Record<string, unknown>, envelope: Record<string, unknown> = {}) {
      const body = JSON.stringify({
        type: "event_callback",
        team_id: "T0ACME",
        event,
        ...envelope,
      });
      const timestamp = String(Math.floor(Date.now() / 1000));
      const digest = createHmac("sha256", SIGNING_SECRET)
        .update(`v0:${timestamp}:${body}`)
        .digest("hex");
      const headers = {
        "content-type": "application/json",
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": `v0=${digest}`,
      };
      const request = { ...REQUEST, headers, body };
      const response = await handler(request, undefined);
      return response.statusCode;
    },
  };
}

const Identity = v.object({ user_id: v.string(), bot_id: v.string() });

const REQUEST = {
  httpMethod: "POST",
  path: "/slack/events",
  multiValueHeaders: {},
  isBase64Encoded: false,
  pathParameters: null,
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  stageVariables: null,
  requestContext: {},
  resource: "",
};

const message = (ts: string, fields: Record<string, unknown> = {}) => ({
  type: "message",
  channel,
  channel_type: "channel",
  user: "U0ADA",
  text: "Hello",
  ts,
  ...fields,
});

test("Bolt works over hours, and recovers from a revoked token with one refresh", async ({
  visit,
}) => {
  const organizationId = await installInBrowser(stack, visit, "Slack", "T0ACME");
  const bot = await startBot();
  const posted = async () => {
    const { apiBaseUrl, accessToken } = await bot.grantkeep.token({
      platform: "slack",
      organizationId,
    });
    const response = await fetch(`${apiBaseUrl}/conversations.history?channel=${channel}`, {
      headers: { authorization: `Bearer ${accessToken}` },
    });
    return JSON.stringify(await response.json());
  };

  expect(await bot.deliver(message("1.1"))).toBe(200);
  expect(await bot.deliver({ ...message("1.2"), type: "app_mention" })).toBe(200);
  expect(await posted()).toContain("reply to 1.1");
  expect(await posted()).toContain("mentioned in 1.2");

  await letHoursPass(stack, 12);
  expect(await bot.deliver(message("2.1"))).toBe(200);
  expect(await posted()).toContain("reply to 2.1");

  const before = countRequests(stack, REFRESHES);
  await expireTokens(stack, "slack", { organization: organizationId });
  expect(await bot.deliver(message("3.1"))).toBe(200);
  expect(await posted()).toContain("reply to 3.1");
  expect(countRequests(stack, REFRESHES) - before).toBe(1);
  expect(bot.handled).toEqual(["1.1", "1.2", "2.1", "3.1"]);
});

test("no handler of Bolt runs for the bot's own messages", async () => {
  const bot = await startBot();
  const { apiBaseUrl, accessToken } = await bot.grantkeep.token({
    platform: "slack",
    organizationId: "T0ACME",
  });
  const headers = { authorization: `Bearer ${accessToken}` };
  const identity = await fetch(`${apiBaseUrl}/auth.test`, { method: "POST", headers });
  const { user_id: user, bot_id } = v.parse(Identity, await identity.json());

  await bot.deliver(message("4.1", { user, bot_id }));
  await bot.deliver(message("4.2", { user: undefined, subtype: "bot_message", bot_id }));

  expect(bot.handled).toEqual([]);
});

test("Bolt gets the token of an org-wide install, from any workspace of the enterprise", async () => {
  const session = openSession();
  await session.get(await consentSlack(stack, session, "E0GRID"));
  const bot = await startBot();
  const enterprise = { enterprise_id: "E0GRID", team_id: "T0GRIDENG" };
  const authorization = { enterprise_id: "E0GRID", team_id: null, user_id: "U", is_bot: true };

  await bot.deliver(message("5.1", { channel: "C0BOT0GRIDENG" }), {
    ...enterprise,
    authorizations: [{ ...authorization, is_enterprise_install: true }],
  });
  await bot.deliver(message("5.2", { channel: "C0BOT0GRIDENG" }), enterprise);

  expect(bot.handled).toEqual(["5.1", "5.2"]);
});

test("an event of a workspace that has not installed the bot runs no handler", async () => {
  const bot = await startBot();

  await bot.deliver(message("6.1"), { team_id: "T0NOBODY" });

  expect(bot.handled).toEqual([]);
});
