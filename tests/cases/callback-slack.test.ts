import { afterEach, expect, test } from "vitest";
import { openSession } from "../support/browser-session.ts";
import { consentSlack } from "../support/platform-installs.ts";
import { REDIRECT_URI, startTestStack } from "../support/stack.ts";
import { type Answer, answerOf, expectErrorRedirect } from "./answers.ts";
import { createConventions } from "./assertions.ts";
import { withParameters } from "./flow.ts";

const START = `/oauth/slack/authorize?${new URLSearchParams({ redirect_uri: REDIRECT_URI })}`;
const EXCHANGE = ["POST /api/oauth.v2.access"];
const INSTALL = { changes: ["consumed_states", "installations"], asks: EXCHANGE };

const stack = await startTestStack({ SLACK_SCOPES: "chat:write channels:read" });
const { sql } = stack.database;
const { control } = stack.platforms;
const { hold, plant } = await createConventions(stack, async () => {
  const session = openSession();
  return (await session.get(await consentSlack(stack, session))).ok;
});

afterEach(() => control.clearFaults());

/** Starts a flow and allows it: the callback, not yet opened. */
async function start(organization?: string) {
  const session = openSession();
  const callback = await consentSlack(stack, session, organization, START);
  const { searchParams } = new URL(callback);
  for (const name of ["code", "state"]) plant(name, searchParams.get(name) ?? "");
  return { session, callback, open: async (url = callback) => answerOf(await session.get(url)) };
}

/** Finishes a flow whose exchange is answered with HTTP 200 and this. */
async function finishWith(body: object, effects = {}): Promise<Answer> {
  const { open } = await start();
  const fault = { kind: "status", status: 200, body: { ...body } } as const;
  control.addFault({ platform: "slack", path: "/api/oauth.v2.access", fault });
  return hold(open, { changes: ["consumed_states"], asks: EXCHANGE, ...effects });
}

const TOKEN = "xoxb-LIELIELIELIE";
const REFRESH_TOKEN = "xoxe-1-LIELIELIELIE";
plant("access token", TOKEN);
plant("refresh token", REFRESH_TOKEN);

/** An answer that Slack could give. */
const GRANT = {
  ok: true,
  access_token: TOKEN,
  token_type: "bot",
  scope: "chat:write,channels:read",
  team: { id: "T0LIE", name: "Lie" },
  enterprise: null,
  is_enterprise_install: false,
  authed_user: { id: "U0LIE" },
};
const USER_ONLY = {
  ...GRANT,
  access_token: undefined,
  authed_user: { id: "U0LIE", access_token: TOKEN, token_type: "user" },
};

test.each([
  ["CB-064 a code that is no good", "invalid_code", "exchange_failed"],
  ["CB-064 a code that was used", "code_already_used", "exchange_failed"],
  ["CB-064 an error that nobody knows", "<script>alert(1)</script>", "exchange_failed"],
  ["CB-064 a wrong client secret", "bad_client_secret", "provider_misconfigured"],
  ["CB-064 another redirect", "bad_redirect_uri", "exchange_failed"],
  [
    "CB-064 an app that the organization has",
    "cannot_install_an_org_installed_app",
    "unsupported_install",
  ],
  ["CB-064 too many requests", "ratelimited", "provider_rate_limited"],
  ["CB-064 trouble at Slack", "internal_error", "provider_unavailable"],
  ["CB-102 D10 a team that is moving", "team_added_to_org", "provider_unavailable"],
  ["CB-102 D10 a team behind a new login", "org_login_required", "provider_unavailable"],
])("%s is no success, though Slack answers 200", async (_name, error, code) => {
  expectErrorRedirect(await finishWith({ ok: false, error }), code);
});

test("CB-064 a code of another flow that was used already is no success", async () => {
  const [used, flow] = [await start(), await start()];
  await hold(used.open, INSTALL);
  const { searchParams } = new URL(used.callback);
  const url = withParameters(flow.callback, { code: searchParams.get("code") });

  const answer = await hold(() => flow.open(url), { changes: ["consumed_states"], asks: EXCHANGE });

  expectErrorRedirect(answer, "exchange_failed");
});

test.each([
  ["CB-065 no token at all", { ...GRANT, access_token: undefined }, "unsupported_install"],
  ["CB-065 a person's token alone", USER_ONLY, "unsupported_install"],
  ["CB-065 a token of a person at the top", { ...GRANT, token_type: "user" }, "provider_error"],
  ["CB-065 null as a token", { ...GRANT, access_token: null }, "provider_error"],
  ["CB-065 an empty token", { ...GRANT, access_token: "" }, "provider_error"],
  ["CB-065 a token with a line break", { ...GRANT, access_token: `${TOKEN}\n` }, "provider_error"],
  ["CB-065 neither success nor failure", {}, "provider_error"],
  ["CB-065 a success that is a text", { ...GRANT, ok: "true" }, "provider_error"],
])("%s stores nothing", async (_name, body, code) => {
  expectErrorRedirect(await finishWith(body), code);
});

test("CB-103 a grant of another app is a wrong configuration, and stores nothing", async () => {
  expectErrorRedirect(await finishWith({ ...GRANT, app_id: "A0OTHER" }), "provider_misconfigured");
});

test("CB-066 an org-wide install is kept by the enterprise", async () => {
  const { open } = await start("E0GRID");

  const answer = await hold(open, INSTALL);

  const [row] = await sql`
    select organization_id, organization_name from installations order by id desc limit 1
  `;
  expect(answer.headers.get("location")).toContain("status=success");
  expect(row).toEqual({ organization_id: "E0GRID", organization_name: "Acme Grid" });
});

const ORG_WIDE = { ...GRANT, team: null, is_enterprise_install: true };

test.each([
  ["CB-066 an org-wide install without an enterprise", ORG_WIDE],
  ["CB-066 an org-wide install of an enterprise without an id", { ...ORG_WIDE, enterprise: {} }],
  ["CB-066 no team", { ...GRANT, team: null }],
  ["CB-066 no team, but its enterprise", { ...GRANT, team: null, enterprise: { id: "E0LIE" } }],
  ["CB-066 a team by a number", { ...GRANT, team: { id: 7 } }],
  ["CB-066 no person", { ...GRANT, authed_user: undefined }],
])("%s stores nothing", async (_name, body) => {
  expectErrorRedirect(await finishWith(body), "provider_error");
});

test.each([
  ["CB-066 an enterprise by an empty id", { ...ORG_WIDE, enterprise: { id: "" } }],
  ["CB-066 a team by an odd id", { ...GRANT, team: { id: "T0 LIE" } }],
  ["CB-066 a person by an odd id", { ...GRANT, authed_user: { id: "U0\nLIE" } }],
])("%s stores nothing: no id is changed", async (_name, body) => {
  expectErrorRedirect(await finishWith(body), "unsupported_install");
});

test.each([
  ["CB-068 fewer scopes than asked", "chat:write", ["chat:write"]],
  ["CB-068 more scopes than asked", "chat:write,admin", ["chat:write", "admin"]],
  ["CB-068 no scopes", "", []],
])("%s are stored as they were granted", async (_name, scope, scopes) => {
  const answer = await finishWith({ ...GRANT, scope }, INSTALL);

  const [row] = await sql`select scopes from installations where organization_id = 'T0LIE'`;
  expect(answer.headers.get("location")).toContain("status=success");
  expect(row).toEqual({ scopes });
});

const EXPIRING = { ...GRANT, expires_in: 43_200, refresh_token: REFRESH_TOKEN };

test.each([
  ["CB-072 an expiry without a refresh token", { ...GRANT, expires_in: 43_200 }],
  ["CB-072 a refresh token without an expiry", { ...GRANT, refresh_token: REFRESH_TOKEN }],
  ["CB-072 a life of no seconds", { ...EXPIRING, expires_in: 0 }],
  ["CB-072 a life of less than none", { ...EXPIRING, expires_in: -5 }],
  ["CB-072 a life of half a second", { ...EXPIRING, expires_in: 0.5 }],
  ["CB-072 a life as text", { ...EXPIRING, expires_in: "43200" }],
  ["CB-072 a life of 30 years", { ...EXPIRING, expires_in: 1e9 }],
  ["CB-072 a life beyond all dates", { ...EXPIRING, expires_in: 1e15 }],
  ["CB-072 an empty refresh token", { ...EXPIRING, refresh_token: "" }],
])("%s stores nothing", async (_name, body) => {
  expectErrorRedirect(await finishWith(body), "provider_error");
});

test("control: an install on a team succeeds, with what both lies leave alone", async () => {
  const { open } = await start();
  const honest = await hold(open, INSTALL);
  const possible = await finishWith(EXPIRING, INSTALL);

  for (const { headers } of [honest, possible]) {
    expect(headers.get("location")).toContain("status=success");
  }
});
