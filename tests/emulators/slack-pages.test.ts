import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { call, slackOf, startSlack } from "./emulated-slack.ts";
import { BOTS, GENERAL, post, postAsPerson, startInstalled } from "./emulated-slack-bot.ts";

test("a trigger opens one modal, within three seconds", async () => {
  const { emulators, token } = await startInstalled();
  const title = { type: "plain_text", text: "Settings" };
  const view = JSON.stringify({ type: "modal", title, blocks: [], callback_id: "settings" });
  const open = (trigger_id: string) => call(emulators, "views.open", token, { trigger_id, view });
  const { triggerId } = slackOf(emulators).interact("T0ACME", "bots");
  const late = slackOf(emulators).interact("T0ACME", "bots");

  const opened = await open(triggerId);
  const again = await open(triggerId);
  await emulators.control.letTimePass(3);

  expect(opened).toMatchObject({
    ok: true,
    view: { id: expect.stringMatching(/^V/), team_id: "T0ACME", callback_id: "settings", title },
  });
  expect(again).toMatchObject({ error: "exchanged_trigger_id" });
  expect(await open(late.triggerId)).toMatchObject({ error: "expired_trigger_id" });
  expect(await open("1.x")).toMatchObject({ error: "invalid_trigger_id" });
  expect(await read(emulators, "/client/T0ACME")).toContain("Settings");
});

test("a response URL takes five messages within half an hour, without a token", async () => {
  const { emulators } = await startInstalled();
  const { responseUrl } = slackOf(emulators).interact("T0ACME", "general");
  const other = slackOf(emulators).interact("T0ACME", "general");

  const statuses = [];
  for (const text of ["1", "2", "3", "4", "5", "6"]) {
    statuses.push((await respond(responseUrl, { text })).status);
  }
  await emulators.control.letTimePass(1800);
  const late = await respond(other.responseUrl, { text: "late" });

  expect(statuses).toEqual([200, 200, 200, 200, 200, 404]);
  expect(await late.json()).toEqual({ ok: false, error: "expired_url" });
});

test("an ephemeral response is not in the history, and one in the channel is", async () => {
  const { emulators, token } = await startInstalled();
  const { responseUrl } = slackOf(emulators).interact("T0ACME", "bots");

  await respond(responseUrl, { text: "secret" });
  await respond(responseUrl, { text: "public", response_type: "in_channel" });

  const history = await call(emulators, "conversations.history", token, { channel: BOTS });
  expect(history).toMatchObject({ messages: [{ text: "public" }] });
  expect(JSON.stringify(history)).not.toContain("secret");
  expect(await read(emulators, `/client/T0ACME/${BOTS}`)).toContain("only visible to ada");
});

test("a message that a person posts on the page is in the history, and the bot's is on the page", async () => {
  const { emulators, token } = await startInstalled();

  const response = await postAsPerson(emulators, "Hello <b>bot</b>");
  await post(emulators, token, { text: "Hello <b>person</b>" });

  const page = await read(emulators, `/client/T0ACME/${BOTS}`);
  expect(response.status).toBe(303);
  expect(await call(emulators, "conversations.history", token, { channel: BOTS })).toMatchObject({
    messages: [{ user: "U0BOT0ACME" }, { user: "U0ADA", text: "Hello <b>bot</b>" }],
  });
  expect(page).toContain("Hello &lt;b&gt;person&lt;/b&gt;");
  expect(page).not.toContain("<b>");
});

test("a person adds the app to a channel on its page", async () => {
  const { emulators, token } = await startInstalled();
  const url = `${emulators.slackUrl}/client/T0ACME/${GENERAL}/members`;

  const foreign = await fetch(url, { method: "POST", headers: { "sec-fetch-site": "cross-site" } });
  const before = await call(emulators, "conversations.info", token, { channel: GENERAL });
  await fetch(url, { method: "POST", redirect: "manual" });
  const after = await call(emulators, "conversations.info", token, { channel: GENERAL });

  expect(foreign.status).toBe(403);
  expect(before).toMatchObject({ channel: { is_member: false } });
  expect(after).toMatchObject({ channel: { is_member: true } });
});

test.each([
  ["/client/E0GRID", 404],
  ["/client/T0ACME/C0NOTHING", 404],
  ["/client/T0ACME/C0BOT0GLOBEX", 404],
  [`/client/T0ACME/${GENERAL}`, 200],
])("the page %s returns %i", async (path, status) => {
  const emulators = await startSlack();

  expect((await fetch(emulators.slackUrl + path)).status).toBe(status);
});

function respond(url: string, body: object): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(body) });
}

async function read({ slackUrl }: Emulators, path: string): Promise<string> {
  return (await fetch(slackUrl + path)).text();
}
