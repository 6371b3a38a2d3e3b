import { expect, test } from "vitest";
import { locationOf } from "./emulated-github.ts";
import {
  access,
  call,
  getCode,
  install,
  openInstall,
  postDecision,
  REDIRECT_URL,
  requestIdOf,
  startSlack,
} from "./emulated-slack.ts";

test("an install returns a bot token that does not expire", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators, "T0ACME", { scope: "commands,chat:write" });

  const response = await access(emulators, { code });

  expect(response).toEqual({
    ok: true,
    access_token: expect.stringMatching(/^xoxb-[\w-]+$/),
    token_type: "bot",
    scope: "commands,chat:write",
    bot_user_id: "U0BOT0ACME",
    app_id: "A0APP",
    team: { id: "T0ACME", name: "Acme" },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: { id: "U0ADA" },
  });
});

test("with rotation the token expires after twelve hours and has a refresh token", async () => {
  const emulators = await startSlack({ rotation: true });
  const code = await getCode(emulators);

  const response = await access(emulators, { code });

  expect(response).toMatchObject({
    access_token: expect.stringMatching(/^xoxe\.xoxb-1-/),
    expires_in: 43_200,
    refresh_token: expect.stringMatching(/^xoxe-1-/),
    token_type: "bot",
  });
});

test("the user token is nested and has the scopes of user_scope", async () => {
  const emulators = await startSlack({ rotation: true });
  const code = await getCode(emulators, "T0ACME", { user_scope: "search:read" });

  const response = await access(emulators, { code });

  expect(response).toMatchObject({
    scope: "chat:write",
    authed_user: {
      id: "U0ADA",
      scope: "search:read",
      access_token: expect.stringMatching(/^xoxe\.xoxp-1-/),
      expires_in: 43_200,
      refresh_token: expect.stringMatching(/^xoxe-1-/),
      token_type: "user",
    },
  });
});

test("an install with user scopes only returns no bot token", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators, "T0ACME", { scope: "", user_scope: "search:read" });

  const response = await access(emulators, { code });

  expect(response).toEqual({
    ok: true,
    app_id: "A0APP",
    team: { id: "T0ACME", name: "Acme" },
    enterprise: null,
    is_enterprise_install: false,
    authed_user: {
      id: "U0ADA",
      scope: "search:read",
      access_token: expect.stringMatching(/^xoxp-/),
      token_type: "user",
    },
  });
});

test("an org-wide install returns no team", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators, "E0GRID");

  const response = await access(emulators, { code });

  expect(response).toMatchObject({
    bot_user_id: "W0BOT0GRID",
    team: null,
    enterprise: { id: "E0GRID", name: "Acme Grid" },
    is_enterprise_install: true,
    authed_user: { id: "W0ADMIN" },
  });
});

test("an install in a workspace of an organization returns both and is not org-wide", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators, "T0GRIDENG");

  const response = await access(emulators, { code });

  expect(response).toMatchObject({
    team: { id: "T0GRIDENG", name: "Acme Engineering" },
    enterprise: { id: "E0GRID", name: "Acme Grid" },
    is_enterprise_install: false,
  });
});

test("optional scopes are granted if they are selected, the others always", async () => {
  const emulators = await startSlack({ optionalScopes: ["commands", "users:read"] });
  const scope = "chat:write,commands,users:read";
  const request = await requestIdOf(await openInstall(emulators, { scope }));
  const callback = locationOf(await postDecision(emulators, { request, optional: ["commands"] }));
  const code = callback.searchParams.get("code") ?? "";

  const response = await access(emulators, { code });

  expect(response).toMatchObject({ scope: "chat:write,commands" });
});

test("the scope incoming-webhook returns a webhook", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators, "T0ACME", { scope: "incoming-webhook" });

  const response = await access(emulators, { code });

  expect(response).toHaveProperty("incoming_webhook.channel", "#general");
});

test("a new install returns the same token with the scopes of both installs", async () => {
  const emulators = await startSlack();
  const first = await install(emulators, "T0ACME", { scope: "chat:write" });
  const code = await getCode(emulators, "T0ACME", { scope: "commands" });

  const second = await access(emulators, { code });

  expect(second).toMatchObject({ access_token: first.access_token, scope: "commands,chat:write" });
});

test("a new install after the app was removed returns a new token with its own scopes", async () => {
  const emulators = await startSlack();
  const first = await install(emulators, "T0ACME", { scope: "chat:write" });
  await emulators.control.revoke("slack", "T0ACME");
  const code = await getCode(emulators, "T0ACME", { scope: "commands" });

  const second = await access(emulators, { code });

  expect(second).toMatchObject({ scope: "commands" });
  expect(second).not.toHaveProperty("access_token", first.access_token);
  expect(await call(emulators, "auth.test", first.access_token)).toMatchObject({
    error: "account_inactive",
  });
});

test("a code works once", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators);
  await access(emulators, { code });

  expect(await access(emulators, { code })).toEqual({ ok: false, error: "invalid_code" });
});

test("a code expires after ten minutes", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators);
  await emulators.control.letTimePass(600);

  expect(await access(emulators, { code })).toEqual({ ok: false, error: "invalid_code" });
});

test.each([
  ["another client", { client_id: "1234.9999" }, "invalid_client_id"],
  ["a wrong secret", { client_secret: "wrong" }, "bad_client_secret"],
  ["another grant type", { grant_type: "password" }, "invalid_grant_type"],
  ["a code_verifier", { code_verifier: "x".repeat(43) }, "pkce_not_allowed"],
])("%s is refused with HTTP 200 and does not use the code up", async (_, fields, error) => {
  const emulators = await startSlack();
  const code = await getCode(emulators);

  const refused = await access(emulators, { code, ...fields });

  expect(refused).toEqual({ ok: false, error });
  expect(await access(emulators, { code })).toMatchObject({ ok: true });
});

test.each([
  ["missing, but was in the request", { redirect_uri: REDIRECT_URL }, {}],
  ["another one", { redirect_uri: REDIRECT_URL }, { redirect_uri: `${REDIRECT_URL}/deeper` }],
  ["another one than the default", {}, { redirect_uri: "https://app.example/cb" }],
])(
  "a redirect_uri that is %s is refused",
  async (_, parameters: Record<string, string>, fields) => {
    const emulators = await startSlack();
    const code = await getCode(emulators, "T0ACME", parameters);

    const response = await access(emulators, { code, ...fields });

    expect(response).toEqual({ ok: false, error: "bad_redirect_uri" });
  },
);

test("two secrets are accepted during a rotation", async () => {
  const emulators = await startSlack({ clientSecret: ["old", "new"] });

  const byOld = { code: await getCode(emulators), client_secret: "old" };
  const byNew = { code: await getCode(emulators), client_secret: "new" };

  expect(await access(emulators, byOld)).toMatchObject({ ok: true });
  expect(await access(emulators, byNew)).toMatchObject({ ok: true });
});

test("a JSON body and a Basic header are accepted", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators);

  const response = await fetch(`${emulators.slackUrl}/api/oauth.v2.access`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Basic ${btoa("1234.5678:slack-secret-1")}`,
    },
    body: JSON.stringify({ code }),
  });

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ ok: true });
});

test("a fault can return Slack's rate limit: 429 with Retry-After and Slack's body", async () => {
  const emulators = await startSlack();
  const code = await getCode(emulators);
  emulators.control.addFault({
    platform: "slack",
    path: "/api/oauth.v2.access",
    fault: {
      kind: "status",
      status: 429,
      headers: { "retry-after": "30" },
      body: { ok: false, error: "ratelimited" },
    },
  });

  const response = await fetch(`${emulators.slackUrl}/api/oauth.v2.access`, { method: "POST" });

  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.json()).toEqual({ ok: false, error: "ratelimited" });
  expect(await access(emulators, { code })).toMatchObject({ ok: true });
});
