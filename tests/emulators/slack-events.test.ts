import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { sign } from "../../emulators/slack/event-request.ts";
import type { SlackRegistration } from "../../emulators/slack/registration.ts";
import type { SlackSettings } from "../../emulators/slack/settings.ts";
import { call, install, slackOf, startSlack } from "./emulated-slack.ts";
import { type EventReceiver, startReceiver } from "./event-receiver.ts";

const CLIENT = { client_id: "1234.5678", client_secret: "slack-secret-1" };

test("the signature matches the example in Slack's documentation", () => {
  const body =
    "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";

  const signature = sign("8f742231b10e8888abcd99yyyzzz85a5", "1531420618", body);

  expect(signature).toBe("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
});

test("apps.uninstall sends app_uninstalled and tokens_revoked", async () => {
  const { emulators, receiver } = await startWithEvents();
  const { access_token } = await install(emulators, "T0ACME", { user_scope: "search:read" });

  await call(emulators, "apps.uninstall", access_token, CLIENT);
  await slackOf(emulators).settled();

  const [first, second] = receiver.received.map(({ body }) => JSON.parse(body));
  expect(first).toMatchObject({
    type: "event_callback",
    team_id: "T0ACME",
    api_app_id: "A0APP",
    event_id: expect.stringMatching(/^Ev[0-9A-F]{10}$/),
    event_time: expect.any(Number),
    event: { type: "app_uninstalled" },
    authorizations: [{ enterprise_id: null, team_id: "T0ACME", is_enterprise_install: false }],
  });
  expect(second).toMatchObject({
    event: { type: "tokens_revoked", tokens: { oauth: ["U0ADA"], bot: ["U0BOT0ACME"] } },
  });
});

test("tokens_revoked omits empty lists", async () => {
  const { emulators } = await startWithEvents();
  await install(emulators);

  await emulators.control.revoke("slack", "T0ACME");

  const [, revoked] = slackOf(emulators).events();
  expect(JSON.parse(revoked?.body ?? "")).toHaveProperty("event", {
    type: "tokens_revoked",
    tokens: { bot: ["U0BOT0ACME"] },
  });
});

test("an event of an org-wide install has the organization in its authorizations", async () => {
  const { emulators, receiver } = await startWithEvents();
  await install(emulators, "E0GRID");

  await emulators.control.revoke("slack", "E0GRID");
  await slackOf(emulators).settled();

  expect(JSON.parse(receiver.received[0]?.body ?? "")).toMatchObject({
    team_id: "T0GRIDENG",
    enterprise_id: "E0GRID",
    authorizations: [{ enterprise_id: "E0GRID", team_id: null, is_enterprise_install: true }],
  });
});

test("events are signed with the real time, even after the clock was advanced", async () => {
  const { emulators, receiver } = await startWithEvents();
  await emulators.control.letTimePass(86_400);
  await install(emulators);

  await emulators.control.revoke("slack", "T0ACME");
  await slackOf(emulators).settled();

  const { headers, body } = receiver.received[0] ?? { headers: {}, body: "" };
  const timestamp = Number(headers["x-slack-request-timestamp"]);
  const mac = createHmac("sha256", "signing-1").update(`v0:${timestamp}:${body}`).digest("hex");
  expect(headers["x-slack-signature"]).toBe(`v0=${mac}`);
  expect(headers["content-type"]).toBe("application/json");
  expect(Math.abs(timestamp - Date.now() / 1000)).toBeLessThan(5);
});

test("a failed delivery is retried with the same event_id and the reason", async () => {
  const { emulators, receiver } = await startWithEvents({ statuses: [500] }, { rotation: true });
  slackOf(emulators).configure({ retryDelaysSeconds: [0, 60, 300] });
  const { access_token } = await install(emulators);

  await call(emulators, "auth.revoke", access_token);
  await slackOf(emulators).settled();

  const [first, second] = receiver.received;
  expect(receiver.received).toHaveLength(2);
  expect(first?.headers).not.toHaveProperty("x-slack-retry-num");
  expect(second?.headers).toMatchObject({
    "x-slack-retry-num": "1",
    "x-slack-retry-reason": "http_error",
  });
  expect(second?.body).toBe(first?.body);
  expect(slackOf(emulators).events()).toMatchObject([
    {
      type: "tokens_revoked",
      organization: "T0ACME",
      state: "delivered",
      attempts: [
        { status: 500, failure: "http_error" },
        { status: 200, failure: null },
      ],
    },
  ]);
});

test("an event fails after one attempt and three retries", async () => {
  const { emulators } = await startWithEvents({ statuses: Array.from({ length: 8 }, () => 500) });

  await removeApp(emulators, "T0ACME", { retryDelaysSeconds: [0, 0, 0] });

  const refused = { status: 500, failure: "http_error" };
  expect(slackOf(emulators).events()[0]).toMatchObject({
    state: "failed",
    attempts: [refused, refused, refused, refused],
  });
});

test("x-slack-no-retry prevents retries", async () => {
  const { emulators } = await startWithEvents({
    statuses: [500, 500],
    headers: { "x-slack-no-retry": "1" },
  });

  await removeApp(emulators, "T0ACME", { retryDelaysSeconds: [0, 0, 0] });

  const [event] = slackOf(emulators).events();
  expect(event).toMatchObject({ state: "failed" });
  expect(event?.attempts).toHaveLength(1);
});

test("a closed port is a failed connection", async () => {
  const emulators = await startSlack({ eventsUrl: "http://127.0.0.1:9/", signingSecret: "s" });

  await removeApp(emulators, "T0ACME", { retryDelaysSeconds: [] });

  expect(slackOf(emulators).events()[0]).toMatchObject({
    state: "failed",
    attempts: [{ status: null, failure: "connection_failed" }],
  });
});

test("held events can be delivered in any order, and again as retries", async () => {
  const { emulators, receiver } = await startWithEvents();
  const slack = slackOf(emulators);
  await removeApp(emulators, "T0ACME", { holdEvents: true });
  const [uninstalled, revoked] = slack.events();

  await slack.deliver(revoked?.id ?? "");
  await slack.deliver(uninstalled?.id ?? "");
  await slack.deliver(uninstalled?.id ?? "");

  const types = receiver.received.map(({ body }) => JSON.parse(body).event.type);
  expect([uninstalled?.state, revoked?.state]).toEqual(["held", "held"]);
  expect(types).toEqual(["tokens_revoked", "app_uninstalled", "app_uninstalled"]);
  expect(receiver.received[1]?.headers).not.toHaveProperty("x-slack-retry-num");
  expect(receiver.received[2]?.headers).toMatchObject({
    "x-slack-retry-num": "1",
    "x-slack-retry-reason": "http_timeout",
  });
});

test("an event with any content can be sent, with an old timestamp or another secret", async () => {
  const { emulators, receiver } = await startWithEvents();

  const delivery = await slackOf(emulators).send({
    organization: "T17",
    event: { type: "app_uninstalled" },
    secondsAgo: 301,
    signingSecret: "stolen",
  });

  const { headers, body } = receiver.received[0] ?? { headers: {}, body: "" };
  const timestamp = Number(headers["x-slack-request-timestamp"]);
  const mac = createHmac("sha256", "stolen").update(`v0:${timestamp}:${body}`).digest("hex");
  expect(delivery).toMatchObject({ organization: "T17", state: "delivered" });
  expect(headers["x-slack-signature"]).toBe(`v0=${mac}`);
  expect(Math.round(Date.now() / 1000 - timestamp)).toBeGreaterThanOrEqual(300);
});

test("the events URL is verified by a challenge that the app returns", async () => {
  const { emulators, receiver } = await startWithEvents({ body: "abc" });

  const response = await slackOf(emulators).verifyUrl("abc");

  const { headers, body } = receiver.received[0] ?? { headers: {}, body: "" };
  expect(JSON.parse(body)).toMatchObject({ type: "url_verification", challenge: "abc" });
  expect(headers).toHaveProperty("x-slack-signature");
  expect(response).toMatchObject({ status: 200, body: "abc" });
});

test("without an events URL no event can be sent", async () => {
  const emulators = await startSlack();

  await removeApp(emulators, "T0ACME", {});

  const verified = fetch(`${emulators.url}/_control/slack/url-verification`, {
    method: "POST",
    body: "{}",
  });
  expect(slackOf(emulators).events()).toEqual([]);
  expect((await verified).status).toBe(409);
});

test("events are listed, sent, delivered and held over HTTP", async () => {
  const { emulators, receiver } = await startWithEvents();
  const url = `${emulators.url}/_control/slack`;
  const settings = { grace_seconds: 60, hold_events: true, retry_delays_seconds: [] };
  const madeUp = { organization: "T0ACME", event: { type: "team_rename", name: "Acme 2" } };

  const set = await fetch(url, { method: "PATCH", body: JSON.stringify(settings) });
  await install(emulators);
  await emulators.control.revoke("slack", "T0ACME");
  const sent = await fetch(`${url}/events`, { method: "POST", body: JSON.stringify(madeUp) });
  const [held] = slackOf(emulators).events();
  const delivered = await fetch(`${url}/events/${held?.id}/deliver`, { method: "POST" });
  const unknown = await fetch(`${url}/events/Ev0/deliver`, { method: "POST" });
  const listed = await fetch(`${url}/events`);

  expect([set.status, unknown.status]).toEqual([204, 409]);
  expect(await sent.json()).toMatchObject({ type: "team_rename", state: "delivered" });
  expect(await delivered.json()).toMatchObject({ id: held?.id, state: "delivered" });
  expect(await listed.json()).toMatchObject({
    events: [
      { type: "app_uninstalled", state: "delivered" },
      { type: "tokens_revoked", state: "held" },
      { type: "team_rename", state: "delivered" },
    ],
  });
  expect(receiver.received).toHaveLength(2);
});

test.each([
  ["a setting that does not exist", "PATCH", "", { minutes: 1 }],
  ["a grace period that is negative", "PATCH", "", { grace_seconds: -1 }],
  ["an event without an organization", "POST", "/events", { event: { type: "x" } }],
  ["an event without a type", "POST", "/events", { organization: "T1", event: {} }],
])("%s is refused", async (_, method, path, body) => {
  const { emulators } = await startWithEvents();

  const response = await fetch(`${emulators.url}/_control/slack${path}`, {
    method,
    body: JSON.stringify(body),
  });

  expect(response.status).toBe(400);
});

test("a pending retry does not prevent the emulators from closing", async () => {
  const { emulators, receiver } = await startWithEvents({ statuses: [500, 500] });
  slackOf(emulators).configure({ retryDelaysSeconds: [300] });
  await install(emulators);
  await emulators.control.revoke("slack", "T0ACME");
  await expect.poll(() => receiver.received).toHaveLength(2);

  await emulators.close();

  expect(receiver.received).toHaveLength(2);
});

async function startWithEvents(
  responses: Parameters<typeof startReceiver>[0] = {},
  registration: Partial<SlackRegistration> = {},
): Promise<{ emulators: Emulators; receiver: EventReceiver }> {
  const receiver = await startReceiver(responses);
  const events = { eventsUrl: receiver.url, signingSecret: "signing-1" };
  const emulators = await startSlack({ ...events, ...registration });
  return { emulators, receiver };
}

/** Installs and removes the app, and waits for the events. */
async function removeApp(
  emulators: Emulators,
  organization: string,
  settings: Partial<SlackSettings>,
): Promise<void> {
  slackOf(emulators).configure(settings);
  await install(emulators, organization);
  await emulators.control.revoke("slack", organization);
  await slackOf(emulators).settled();
}
