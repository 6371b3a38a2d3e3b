import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { call, install, slackOf } from "./emulated-slack.ts";
import { BOTS, GENERAL, post, postAsPerson } from "./emulated-slack-bot.ts";
import { EVENT_SCOPES, envelopesOf, startSubscribed } from "./slack-event-fixture.ts";

test("a message that a person posts sends an event, and a mention another one", async () => {
  const { emulators, receiver } = await startSubscribed();
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  await postAsPerson(emulators, "Hello @grantkeep");

  const [message, mention] = await envelopesOf(emulators);
  const event = {
    text: "Hello <@U0BOT0ACME>",
    user: "U0ADA",
    channel: BOTS,
    team: "T0ACME",
    ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
    client_msg_id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    blocks: [
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_section",
            elements: [
              { type: "text", text: "Hello " },
              { type: "user", user_id: "U0BOT0ACME" },
            ],
          },
        ],
      },
    ],
  };
  expect(message).toMatchObject({
    type: "event_callback",
    team_id: "T0ACME",
    context_team_id: "T0ACME",
    context_enterprise_id: null,
    api_app_id: "A0APP",
    authorizations: [
      { team_id: "T0ACME", user_id: "U0BOT0ACME", is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: false,
    event_context: expect.stringMatching(/^4-/),
    event: { ...event, type: "message", channel_type: "channel" },
  });
  expect(mention).toMatchObject({ event: { ...event, type: "app_mention" } });
  expect(mention?.event).not.toHaveProperty("channel_type");
  expect(mention?.event_id).not.toBe(message?.event_id);
  expect(receiver.received).toHaveLength(2);
});

test("the bot hears its own messages, edits and deletions, but no mention of itself by itself", async () => {
  const { emulators } = await startSubscribed();
  const { access_token } = await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  const ts = await post(emulators, access_token, { text: "I am <@U0BOT0ACME>" });
  await call(emulators, "chat.update", access_token, { channel: BOTS, ts, text: "two" });
  await call(emulators, "chat.delete", access_token, { channel: BOTS, ts });

  const bot = { bot_id: "B0BOT0ACME", app_id: "A0APP" };
  expect((await envelopesOf(emulators)).map(({ event }) => event)).toMatchObject([
    { type: "message", ts, ...bot },
    {
      subtype: "message_changed",
      message: { ts, text: "two", ...bot },
      previous_message: { text: "I am <@U0BOT0ACME>" },
      hidden: true,
    },
    { subtype: "message_deleted", deleted_ts: ts, previous_message: { text: "two" } },
  ]);
});

test("a message of another app names that app", async () => {
  const { emulators } = await startSubscribed();
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  await slackOf(emulators).post({
    organization: "T0ACME",
    channel: "bots",
    text: "<@U0BOT0ACME>, your turn",
    app: "A0OTHER",
  });

  expect(await envelopesOf(emulators)).toMatchObject([
    { api_app_id: "A0APP", event: { type: "message", app_id: "A0OTHER", bot_id: "B0OTHER" } },
    { api_app_id: "A0APP", event: { type: "app_mention", app_id: "A0OTHER" } },
  ]);
});

test("an event goes to the org-wide install of an organization", async () => {
  const { emulators } = await startSubscribed();
  await install(emulators, "E0GRID", { scope: EVENT_SCOPES });

  await postIn(emulators, "T0GRIDENG", "bots", "Hello <@W0BOT0GRID>");

  const envelope = {
    team_id: "T0GRIDENG",
    enterprise_id: "E0GRID",
    context_team_id: "T0GRIDENG",
    context_enterprise_id: "E0GRID",
    authorizations: [{ enterprise_id: "E0GRID", team_id: null, is_enterprise_install: true }],
  };
  expect(await envelopesOf(emulators)).toMatchObject([
    { ...envelope, event: { type: "message" } },
    { ...envelope, event: { type: "app_mention" } },
  ]);
});

test("an event in a shared channel goes to one install, while team_id is the author's", async () => {
  const { emulators } = await startSubscribed();
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  await addApp(emulators, "T0ACME", "C0SHARED");

  await postIn(emulators, "T0GLOBEX", "partners", "from Globex");
  await install(emulators, "T0GLOBEX", { scope: EVENT_SCOPES });
  await postIn(emulators, "T0GLOBEX", "partners", "from Globex, installed");
  await addApp(emulators, "T0GLOBEX", "C0SHARED");
  await postIn(emulators, "T0GLOBEX", "partners", "from Globex, in the channel");

  const shared = { team_id: "T0GLOBEX", is_ext_shared_channel: true };
  const event = { channel: "C0SHARED", user: "U0GUS", user_team: "T0GLOBEX" };
  const toAcme = { context_team_id: "T0ACME", authorizations: [{ team_id: "T0ACME" }] };
  expect(await envelopesOf(emulators)).toMatchObject([
    { ...shared, event, ...toAcme },
    { ...shared, event, ...toAcme },
    { ...shared, event, context_team_id: "T0GLOBEX", authorizations: [{ team_id: "T0GLOBEX" }] },
  ]);
});

test("a message to the app alone is message.im", async () => {
  const { emulators } = await startSubscribed({}, { events: ["message.im", "app_mention"] });
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  await postIn(emulators, "T0ACME", "DU0ADA", "Hello <@U0BOT0ACME>");

  expect(await envelopesOf(emulators)).toMatchObject([
    { event: { type: "message", channel_type: "im", channel: "DU0ADA" } },
  ]);
});

const ALL = ["app_mention", "message.channels", "message.im"] as const;
const NONE = [] as const;

test.each([
  ["where the app is not installed", { organization: "T0GLOBEX" }, ALL, EVENT_SCOPES],
  ["in a channel without the app", { channel: GENERAL }, ALL, EVENT_SCOPES],
  ["that the app does not subscribe to", {}, NONE, EVENT_SCOPES],
  ["for which the bot has no scope", {}, ALL, "chat:write"],
])("a message %s sends no event", async (_, place, events, scope) => {
  const { emulators } = await startSubscribed({}, { events });
  await install(emulators, "T0ACME", { scope });

  await slackOf(emulators).post({
    organization: "T0ACME",
    channel: "bots",
    text: "Hello <@U0BOT0ACME>",
    ...place,
  });

  expect(await envelopesOf(emulators)).toEqual([]);
});

test("no event is sent after the app was uninstalled", async () => {
  const { emulators } = await startSubscribed();
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  await emulators.control.revoke("slack", "T0ACME");

  await postAsPerson(emulators, "Hello");

  expect((await envelopesOf(emulators)).map(({ event }) => event.type)).toEqual([
    "app_uninstalled",
    "tokens_revoked",
  ]);
});

test("held events are released several times, in any order", async () => {
  const { emulators, receiver } = await startSubscribed();
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  const slack = slackOf(emulators);
  slack.configure({ holdEvents: true });
  for (let count = 0; count < 30; count += 1) await postAsPerson(emulators, `${count}`);
  const sent = slack.events().map(({ body }) => body);

  slack.configureDelivery({ order: "random", copies: 2, delay_milliseconds: 5, senders: 4 });
  await slack.release();

  const received = receiver.received.map(({ body }) => body);
  expect(received.toSorted()).toEqual([...sent, ...sent].toSorted());
  expect([...new Set(received)]).not.toEqual(sent);
  expect(slack.events().every(({ state }) => state === "delivered")).toBe(true);
});

test("an event that comes too late for Slack is sent again, although the app has it", async () => {
  const { emulators, receiver } = await startSubscribed({ delays: [10_000] });
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  slackOf(emulators).configure({ retryDelaysSeconds: [0] });
  slackOf(emulators).configureDelivery({ timeout_milliseconds: 300 });

  await postAsPerson(emulators, "Hello");
  await slackOf(emulators).settled();

  expect(receiver.received.map(({ body }) => body)).toEqual([
    receiver.received[1]?.body,
    receiver.received[0]?.body,
  ]);
  expect(receiver.received[1]?.headers).toMatchObject({
    "x-slack-retry-num": "1",
    "x-slack-retry-reason": "http_timeout",
  });
});

test("an event of another app, or with other authorizations, can be sent", async () => {
  const { emulators } = await startSubscribed();

  await slackOf(emulators).send({
    organization: "T0ACME",
    event: { type: "message" },
    appId: "A0OTHER",
    envelope: { team_id: "T0GLOBEX", authorizations: [] },
  });

  expect(await envelopesOf(emulators)).toMatchObject([
    { api_app_id: "A0OTHER", team_id: "T0GLOBEX", authorizations: [] },
  ]);
});

function postIn(emulators: Emulators, organization: string, channel: string, text: string) {
  return slackOf(emulators).post({ organization, channel, text });
}

function addApp({ slackUrl }: Emulators, team: string, channel: string): Promise<Response> {
  const url = `${slackUrl}/client/${team}/${channel}/members`;
  return fetch(url, { method: "POST", redirect: "manual" });
}
