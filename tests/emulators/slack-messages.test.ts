import * as v from "valibot";
import { expect, test } from "vitest";
import { call, install, startSlack } from "./emulated-slack.ts";
import {
  ALL_SCOPES,
  BOTS,
  GENERAL,
  Posted,
  post,
  postAsPerson,
  startInstalled,
} from "./emulated-slack-bot.ts";

test("a bot posts where it is a member, and reads the message in the history", async () => {
  const { emulators, token } = await startInstalled();
  const blocks = [{ type: "section", text: { type: "mrkdwn", text: "*Hi*" } }];

  const posted = await call(emulators, "chat.postMessage", token, {
    channel: "#bots",
    text: "Hi",
    blocks: JSON.stringify(blocks),
  });

  const message = {
    type: "message",
    text: "Hi",
    blocks,
    user: "U0BOT0ACME",
    bot_id: "B0BOT0ACME",
    app_id: "A0APP",
    team: "T0ACME",
    ts: expect.stringMatching(/^\d{10}\.\d{6}$/),
  };
  expect(posted).toMatchObject({ ok: true, channel: BOTS, message });
  expect(await call(emulators, "conversations.history", token, { channel: BOTS })).toMatchObject({
    ok: true,
    messages: [message],
    has_more: false,
  });
});

test("JSON is accepted like a form", async () => {
  const { emulators, token } = await startInstalled();

  const response = await fetch(`${emulators.slackUrl}/api/chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: BOTS, blocks: [{ type: "divider" }] }),
  });

  expect(await response.json()).toMatchObject({ ok: true, message: { text: "" } });
});

test.each([
  ["a channel that does not exist", { channel: "C0NOTHING", text: "x" }, "channel_not_found"],
  ["a channel of another workspace", { channel: "C0BOT0GLOBEX", text: "x" }, "channel_not_found"],
  ["a channel without the bot", { channel: GENERAL, text: "x" }, "not_in_channel"],
  ["no text", { channel: BOTS }, "no_text"],
  ["a text that is too long", { channel: BOTS, text: "x".repeat(40_001) }, "msg_too_long"],
  ["blocks that are no list", { channel: BOTS, text: "x", blocks: "{}" }, "invalid_arguments"],
  ["no channel", { text: "x" }, "invalid_arguments"],
])("a message with %s is refused", async (_, fields, error) => {
  const { emulators, token } = await startInstalled();

  const response = await call(emulators, "chat.postMessage", token, fields);

  expect(response).toMatchObject({ ok: false, error });
});

test("chat:write.public posts to a channel without the bot", async () => {
  const { emulators, token } = await startInstalled("chat:write,chat:write.public");

  const fields = { channel: GENERAL, text: "x" };
  expect(await call(emulators, "chat.postMessage", token, fields)).toMatchObject({ ok: true });
});

test.each([
  ["chat.postMessage", { channel: BOTS, text: "x" }, "chat:write"],
  ["chat.update", { channel: BOTS, ts: "1.0", text: "x" }, "chat:write"],
  ["conversations.list", {}, "channels:read"],
  ["conversations.list", { types: "im" }, "im:read"],
  ["conversations.info", { channel: BOTS }, "channels:read"],
  ["conversations.history", { channel: BOTS }, "channels:history"],
  ["conversations.history", { channel: "DU0ADA" }, "im:history"],
  ["conversations.join", { channel: GENERAL }, "channels:join"],
  ["users.info", { user: "U0ADA" }, "users:read"],
])("%s %o without its scope returns missing_scope", async (method, fields, needed) => {
  const { emulators, token } = await startInstalled("commands");

  const response = await call(emulators, method, token, fields);

  expect(response).toEqual({ ok: false, error: "missing_scope", needed, provided: "commands" });
});

test("a bot that joins a channel can read and post there", async () => {
  const { emulators, token } = await startInstalled();

  const before = await call(emulators, "conversations.history", token, { channel: GENERAL });
  const joined = await call(emulators, "conversations.join", token, { channel: GENERAL });
  const again = await call(emulators, "conversations.join", token, { channel: GENERAL });
  const after = await call(emulators, "conversations.history", token, { channel: GENERAL });

  expect(before).toEqual({ ok: false, error: "not_in_channel" });
  expect(joined).toMatchObject({ ok: true, channel: { id: GENERAL, is_member: true } });
  expect(again).toMatchObject({ ok: true, warning: "already_in_channel" });
  expect(after).toMatchObject({ ok: true, messages: [] });
});

test("a bot changes and deletes its own messages only", async () => {
  const { emulators, token } = await startInstalled();
  const own = await post(emulators, token, { text: "one" });
  await postAsPerson(emulators, "two");
  const history = await call(emulators, "conversations.history", token, { channel: BOTS });
  const [foreign] = v.parse(v.object({ messages: v.array(Posted) }), history).messages;
  const update = (ts = "") =>
    call(emulators, "chat.update", token, { channel: BOTS, ts, text: "changed" });

  const responses = [await update(own), await update(foreign?.ts), await update("1.000000")];
  const deleted = await call(emulators, "chat.delete", token, { channel: BOTS, ts: own });

  expect(responses).toMatchObject([
    { ok: true, ts: own, text: "changed", message: { edited: { user: "U0BOT0ACME" } } },
    { ok: false, error: "cant_update_message" },
    { ok: false, error: "message_not_found" },
  ]);
  expect(deleted).toMatchObject({ ok: true });
  expect(await call(emulators, "conversations.history", token, { channel: BOTS })).toMatchObject({
    messages: [{ text: "two" }],
  });
});

test("replies are in their thread and not in the history", async () => {
  const { emulators, token } = await startInstalled();
  const thread_ts = await post(emulators, token, { text: "question" });
  await post(emulators, token, { text: "answer", thread_ts });

  const fields = { channel: BOTS, ts: thread_ts };
  const replies = await call(emulators, "conversations.replies", token, fields);
  const history = await call(emulators, "conversations.history", token, { channel: BOTS });

  expect(replies).toMatchObject({
    messages: [{ text: "question" }, { text: "answer", thread_ts }],
  });
  expect(history).toMatchObject({ messages: [{ text: "question" }] });
  expect(history).not.toMatchObject({ messages: [{}, {}] });
});

test("messages of one moment have different times, and pages have cursors", async () => {
  const { emulators, token } = await startInstalled();
  const times = await Promise.all(["1", "2", "3"].map((text) => post(emulators, token, { text })));

  const first = await call(emulators, "conversations.history", token, {
    channel: BOTS,
    limit: "2",
  });

  expect(new Set(times).size).toBe(3);
  expect(first).toMatchObject({ has_more: true, response_metadata: { next_cursor: "Mg==" } });
});

test("an org-wide token must name a workspace to list channels", async () => {
  const emulators = await startSlack();
  const { access_token } = await install(emulators, "E0GRID", { scope: ALL_SCOPES });
  const list = (fields: Record<string, string>) =>
    call(emulators, "conversations.list", access_token, fields);

  expect(await list({})).toEqual({ ok: false, error: "missing_argument", arg: "team_id" });
  expect(await list({ team_id: "T0ACME" })).toMatchObject({ error: "team_access_not_granted" });
  expect(await list({ team_id: "T0GRIDENG" })).toMatchObject({
    ok: true,
    channels: [{ id: "C0BOT0GRIDENG", name: "bots", is_member: true }, {}, {}],
  });
});

test("users.info shows an e-mail address only with its scope", async () => {
  const { emulators, token } = await startInstalled();
  const without = await install(emulators, "T0GLOBEX", { scope: "users:read" });

  const person = await call(emulators, "users.info", token, { user: "U0ADA" });
  const bot = await call(emulators, "users.info", token, { user: "U0BOT0ACME" });
  const hidden = await call(emulators, "users.info", without.access_token, { user: "U0GUS" });
  const unknown = await call(emulators, "users.info", token, { user: "U0NOBODY" });

  expect(person).toMatchObject({ user: { name: "ada", profile: { email: "ada@example.com" } } });
  expect(bot).toMatchObject({ user: { is_bot: true } });
  expect(hidden).toMatchObject({ ok: true, user: { name: "gus" } });
  expect(hidden).not.toMatchObject({ user: { profile: { email: expect.anything() } } });
  expect(unknown).toEqual({ ok: false, error: "user_not_found" });
});
