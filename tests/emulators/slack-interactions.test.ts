import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { call, install, slackOf } from "./emulated-slack.ts";
import { BOTS, post } from "./emulated-slack-bot.ts";
import { EVENT_SCOPES, formOf, startSubscribed } from "./slack-event-fixture.ts";

const ASK = { organization: "T0ACME", channel: "bots", command: "/ask", text: "Why?" };
const BUTTON = { type: "button", text: { type: "plain_text", text: "Approve" } };

const QUIET = { events: [] };
const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

test("a slash command is sent as a signed form", async () => {
  const { emulators, receiver } = await startSubscribed({}, QUIET);
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  const sent = await slackOf(emulators).command(ASK);

  const { headers, body } = receiver.received[0] ?? { headers: {}, body: "" };
  const timestamp = headers["x-slack-request-timestamp"];
  const mac = createHmac("sha256", "signing-1").update(`v0:${timestamp}:${body}`).digest("hex");
  expect(headers["x-slack-signature"]).toBe(`v0=${mac}`);
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(formOf(receiver)).toEqual({
    token: expect.any(String),
    team_id: "T0ACME",
    team_domain: "acme",
    channel_id: BOTS,
    channel_name: "bots",
    user_id: "U0ADA",
    user_name: "ada",
    command: "/ask",
    text: "Why?",
    api_app_id: "A0APP",
    is_enterprise_install: "false",
    response_url: expect.stringContaining(`${emulators.slackUrl}/actions/`),
    trigger_id: expect.stringMatching(/^\d+\.\w+$/),
  });
  expect(sent).toMatchObject({ type: "slash_command", status: 200, failure: null });
});

test("a click on a button is sent with its message, and its trigger and response URL work", async () => {
  const { emulators, receiver } = await startSubscribed({}, QUIET);
  const { access_token } = await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  const blocks = [
    { type: "actions", elements: [{ ...BUTTON, action_id: "approve", value: "42" }] },
    { type: "section", text: { type: "mrkdwn", text: "x" }, accessory: BUTTON },
  ];
  const fields = { text: "Approve?", blocks: JSON.stringify(blocks) };
  const ts = await post(emulators, access_token, fields);

  const place = { organization: "T0ACME", channel: "bots" };
  await slackOf(emulators).click({ ...place, ts, action_id: "approve" });

  const payload = JSON.parse(formOf(receiver).payload ?? "");
  expect(payload).toMatchObject({
    type: "block_actions",
    api_app_id: "A0APP",
    user: { id: "U0ADA", username: "ada", team_id: "T0ACME" },
    team: { id: "T0ACME", domain: "acme" },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: BOTS, name: "bots" },
    container: { type: "message", message_ts: ts, channel_id: BOTS, is_ephemeral: false },
    message: { ts, bot_id: "B0BOT0ACME", blocks: [{ block_id: expect.any(String) }, {}] },
    actions: [{ type: "button", action_id: "approve", value: "42", block_id: expect.any(String) }],
  });
  const title = { type: "plain_text", text: "x" };
  const view = JSON.stringify({ type: "modal", title, blocks: [] });
  const opened = await call(emulators, "views.open", access_token, {
    trigger_id: payload.trigger_id,
    view,
  });
  const response = await fetch(payload.response_url, { method: "POST", body: '{"text":"done"}' });
  expect(opened).toMatchObject({ ok: true });
  expect(response.status).toBe(200);
});

test("an interaction in an org-wide install names the organization", async () => {
  const { emulators, receiver } = await startSubscribed({}, QUIET);
  await install(emulators, "E0GRID", { scope: EVENT_SCOPES });
  const place = { organization: "T0GRIDENG", channel: "bots" };

  await slackOf(emulators).command({ ...ASK, ...place });

  expect(formOf(receiver)).toMatchObject({
    team_id: "T0GRIDENG",
    enterprise_id: "E0GRID",
    is_enterprise_install: "true",
  });
});

test("the response to a command is a message that only the person sees", async () => {
  const { emulators } = await startSubscribed({ body: "Because." }, QUIET);
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  const response = await postOnPage(emulators, "/ask Why?");

  const page = await read(emulators);
  expect(response.status).toBe(303);
  expect(page).toContain("Because.");
  expect(page).toContain("only visible to ada");
  expect(page).toContain("<strong>slash_command</strong>: 200");
});

test("the response to a command can be for everybody", async () => {
  const body = JSON.stringify({ response_type: "in_channel", text: "Because." });
  const { emulators } = await startSubscribed({ body, headers: JSON_TYPE }, QUIET);
  const scope = `${EVENT_SCOPES},channels:history`;
  const { access_token } = await install(emulators, "T0ACME", { scope });

  await slackOf(emulators).command(ASK);

  const history = await call(emulators, "conversations.history", access_token, { channel: BOTS });
  expect(history).toMatchObject({ messages: [{ text: "Because.", user: "U0BOT0ACME" }] });
});

test("an interaction is never sent again, and a command that fails is a message to the person", async () => {
  const { emulators, receiver } = await startSubscribed({ statuses: [500, 500] }, QUIET);
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  slackOf(emulators).configure({ retryDelaysSeconds: [0, 0, 0] });

  await slackOf(emulators).command(ASK);

  expect(slackOf(emulators).interactions()).toMatchObject([{ failure: "http_error", status: 500 }]);
  expect(receiver.received).toHaveLength(1);
  expect(await read(emulators)).toContain("/ask failed with the error &quot;dispatch_failed&quot;");
});

test("a person clicks on the page, and sees the response of the app", async () => {
  const { emulators, receiver } = await startSubscribed({ body: "{}" }, QUIET);
  const { access_token } = await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  const blocks = JSON.stringify([{ type: "actions", elements: [BUTTON] }]);
  await post(emulators, access_token, { text: "Approve?", blocks });

  const page = await read(emulators);
  const [, ts = ""] = /name="ts" value="([^"]+)"/.exec(page) ?? [];
  const [, action = ""] = /name="action" value="([^"]+)"/.exec(page) ?? [];
  const body = new URLSearchParams({ user: "U0ADA", ts, action });
  const url = `${emulators.slackUrl}/client/T0ACME/${BOTS}/actions`;
  const clicked = await fetch(url, { method: "POST", body, redirect: "manual" });

  expect(page).toContain("<button>Approve</button>");
  expect(clicked.status).toBe(303);
  expect(JSON.parse(formOf(receiver).payload ?? "")).toMatchObject({
    actions: [{ action_id: action, text: { text: "Approve" } }],
  });
  expect(await read(emulators)).toContain("<strong>block_actions</strong>: 200 <code>{}</code>");
});

test.each([
  ["a command that the app does not have", "/other", EVENT_SCOPES],
  ["a command of an app without the scope", "/ask", "chat:write"],
])("%s is refused on the page, and sends nothing", async (_, command, scope) => {
  const { emulators, receiver } = await startSubscribed({}, QUIET);
  await install(emulators, "T0ACME", { scope });

  const response = await postOnPage(emulators, command);

  expect(response.status).toBe(400);
  expect(await response.text()).toContain(`${command} is not a valid command.`);
  expect(receiver.received).toEqual([]);
});

test("a click that a page of another site sends is refused", async () => {
  const { emulators, receiver } = await startSubscribed({}, QUIET);
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });

  for (const path of ["", "/actions"]) {
    const response = await fetch(`${emulators.slackUrl}/client/T0ACME/${BOTS}${path}`, {
      method: "POST",
      headers: { "sec-fetch-site": "cross-site" },
      body: new URLSearchParams({ user: "U0ADA", text: "/ask", ts: "1", action: "x" }),
    });
    expect(response.status).toBe(403);
  }

  expect(receiver.received).toEqual([]);
});

test("a click on a button that does not exist is a conflict", async () => {
  const { emulators } = await startSubscribed({}, QUIET);
  await install(emulators, "T0ACME", { scope: EVENT_SCOPES });
  const body = { organization: "T0ACME", channel: "bots", ts: "1.000000", action_id: "x" };

  const response = await fetch(`${emulators.url}/_control/slack/clicks`, {
    method: "POST",
    body: JSON.stringify(body),
  });

  expect(response.status).toBe(409);
});

function postOnPage({ slackUrl }: Emulators, text: string): Promise<Response> {
  const body = new URLSearchParams({ user: "U0ADA", text });
  const url = `${slackUrl}/client/T0ACME/${BOTS}`;
  return fetch(url, { method: "POST", body, redirect: "manual" });
}

async function read({ slackUrl }: Emulators): Promise<string> {
  return (await fetch(`${slackUrl}/client/T0ACME/${BOTS}?user=U0ADA`)).text();
}
