import { expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { startTestStack } from "../support/stack.ts";
import { expectRefusal } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { createWebhookSender, slackEvent } from "./webhooks.ts";

const HALF_A_DAY_SECONDS = 12 * 3600;

const stack = await startTestStack();
const { sql } = stack.database;
const { control } = stack.platforms;
control.slack?.configure({ holdEvents: true });
const send = createWebhookSender(stack);

const { hold } = await createConventions(stack, async () => {
  return (await send.slack(slackEvent("app_home_opened", "T0UNKNOWN"))).status === 202;
});

async function installOn(team: string): Promise<string> {
  const session = openSession();
  await session.get(await consentSlack(stack, session, team));
  return team;
}

async function stateOf(team: string) {
  const [row] = await sql`
    select is_active, inactive_reason,
      access_token is not null as has_token, refresh_token is not null as has_refresh_token
    from installations
    where platform = 'slack' and organization_id = ${team}
  `;
  return row;
}

const ACTIVE = { is_active: true, inactive_reason: null, has_token: true, has_refresh_token: true };
/** Its encrypted tokens are kept for the retention time. */
const UNINSTALLED = { ...ACTIVE, is_active: false, inactive_reason: "uninstalled" };
const ASKED = ["POST /api/auth.test"];
const living = await installOn("T0LIVING");

test("WH-054 an uninstall keeps the row, and its encrypted tokens for a while", async () => {
  const team = await installOn("T0GONE");
  await control.revoke("slack", team);

  const answer = await hold(() => send.slack(slackEvent("app_uninstalled", team)), {
    changes: ["installations"],
    asks: ASKED,
  });

  expect(answer.status).toBe(202);
  expect(await stateOf(team)).toEqual(UNINSTALLED);
});

test("WH-028 a copy of an uninstall is dropped, and another one is no second transition", async () => {
  const team = await installOn("T0TWICE");
  await control.revoke("slack", team);
  const body = slackEvent("app_uninstalled", team);
  await hold(() => send.slack(body), { changes: ["installations"], asks: ASKED });

  const copy = await hold(() => send.slack(body));
  const other = await hold(() => send.slack(slackEvent("app_uninstalled", team)), { asks: ASKED });

  expect([copy.status, other.status]).toEqual([202, 202]);
  expect(await stateOf(team)).toEqual(UNINSTALLED);
});

test("WH-028 a captured uninstall, sent again after a new install, changes nothing", async () => {
  const team = await installOn("T0REPLAYED");
  await control.revoke("slack", team);
  const body = slackEvent("app_uninstalled", team);
  await hold(() => send.slack(body), { changes: ["installations"], asks: ASKED });
  await installOn(team);

  const replay = await hold(() => send.slack(body));

  expect(replay.status).toBe(202);
  expect(await stateOf(team)).toEqual(ACTIVE);
});

test.each([
  ["WH-053 a person's token that was revoked", "tokens_revoked"],
  ["WH-035 an uninstall that did not happen", "app_uninstalled"],
])("%s changes nothing: Slack is asked", async (_name, type) => {
  const answer = await hold(() => send.slack(slackEvent(type, living)), { asks: ASKED });

  expect(answer.status).toBe(202);
  expect(await stateOf(living)).toEqual(ACTIVE);
});

test.each([
  ["WH-053 a person's token that was revoked", "T0SLEEPER", "tokens_revoked"],
  ["WH-035 an uninstall that did not happen", "T0DREAMER", "app_uninstalled"],
])("%s does not end a grant whose bot token is old", async (_name, team, type) => {
  await installOn(team);
  await control.letTimePass(HALF_A_DAY_SECONDS + 60);

  const answer = await hold(() => send.slack(slackEvent(type, team)), { asks: ASKED });

  expect(answer.status).toBe(202);
  expect(await stateOf(team)).toEqual(ACTIVE);
});

test("WH-055 an event for another app is refused, though it is signed", async () => {
  const body = slackEvent("app_uninstalled", living, { api_app_id: "A0ANOTHER" });

  const answer = await hold(() => send.slack(body));

  expectRefusal(answer, { status: 400, code: "invalid_request", input: body });
});

test.each([
  ["WH-053 a team that is not known here", slackEvent("tokens_revoked", "T0UNKNOWN")],
  ["WH-053 an enterprise of which only a team is known", enterpriseEvent("T0UNKNOWN")],
  ["WH-030 an event that nobody knows", slackEvent("constructor", living)],
  ["WH-030 an event that says nothing of the grant", slackEvent("message", living)],
  ["WH-030 a type of body that nobody knows", '{"type":"app_rate_limited"}'],
  ["WH-049 the prototype as a key", '{"type":"x","__proto__":{"polluted":1}}'],
])("%s is answered and forgotten", async (_name, body) => {
  const answer = await hold(() => send.slack(body));

  expect({ status: answer.status, body: answer.text }).toEqual({ status: 202, body: "{}" });
  expect(Object({}).polluted).toBeUndefined();
});

function enterpriseEvent(team: string): string {
  return slackEvent("app_uninstalled", team, { enterprise_id: "E0UNKNOWN" });
}

test.each([
  ["WH-014 an empty body", ""],
  ["WH-044 null", "null"],
  ["WH-044 an empty list", "[]"],
  ["WH-044 a number", "1"],
  ["WH-044 no type", "{}"],
  ["WH-042 a number as a team", '{"type":"event_callback","team_id":7,"event":{"type":"x"}}'],
  ["WH-042 SQL as a team", slackEvent("app_uninstalled", "' OR 1=1 --")],
  ["WH-042 an event without a type", '{"type":"event_callback","team_id":"T0","event":{}}'],
  ["WH-045 10,000 nested lists", `{"a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
  ["WH-050 two teams", `{"type":"event_callback","team_id":"${living}","team_id":"T0"}`],
  ["WH-051 a challenge of 1,025 characters", challenge("c".repeat(1025))],
  ["WH-051 a challenge that is no text", '{"type":"url_verification","challenge":{"a":"b"}}'],
])("%s is refused, though it is signed", async (_name, body) => {
  const answer = await hold(() => send.slack(body));

  expectRefusal(answer, { status: 400, code: "invalid_request", input: body });
});

function challenge(text: string): string {
  return JSON.stringify({ type: "url_verification", challenge: text });
}

test("WH-047 a form is refused, though it is signed", async () => {
  const body = new URLSearchParams({ payload: slackEvent("app_uninstalled", living) }).toString();
  const type = { "content-type": "application/x-www-form-urlencoded" };

  const answer = await hold(() => send.slack(body, type));

  expectRefusal(answer, { status: 415, code: "unsupported_media_type", input: body });
});

test("WH-051 control: a challenge of Slack is answered, as JSON", async () => {
  const answer = await hold(() =>
    send.slack(challenge("3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv")),
  );

  expect(answer.headers.get("content-type")).toBe("application/json");
  expect({ status: answer.status, body: JSON.parse(answer.text) }).toEqual({
    status: 200,
    body: { challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkv" },
  });
});

test("WH-067 a row whose token does not open stays as it is, and its delivery is kept", async () => {
  const team = await installOn("T0POISON");
  await sql`
    update installations set access_token = 'v1.k1.AAAA' where organization_id = ${team}
  `;
  const before = await stateOf(team);

  const answer = await hold(() => send.slack(slackEvent("app_uninstalled", team)));

  expect(answer.status).toBe(202);
  expect(await stateOf(team)).toEqual(before);
  expect(stack.aws.deadLetters).toMatchObject([
    { target: "the function reconcile", event: { detail: { organization_id: team } } },
  ]);
});

test("WH-067 an uninstall during an outage of Slack is believed after it", async () => {
  const team = await installOn("T0OUTAGE");
  await control.revoke("slack", team);
  const broken = { kind: "status", status: 500 } as const;
  control.addFault({ platform: "slack", path: "/api/auth.test", fault: broken });

  const answer = await hold(() => send.slack(slackEvent("app_uninstalled", team)), {
    changes: ["installations"],
    asks: [...ASKED, ...ASKED],
  });

  expect(answer.status).toBe(202);
  expect(await stateOf(team)).toEqual(UNINSTALLED);
});
