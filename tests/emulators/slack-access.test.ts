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

test("an install brings a bot token that does not expire", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms, "T0ACME", { scope: "commands,chat:write" });

  const answer = await access(platforms, { code });

  expect(answer).toEqual({
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
  const platforms = await startSlack({ rotation: true });
  const code = await getCode(platforms);

  const answer = await access(platforms, { code });

  expect(answer).toMatchObject({
    access_token: expect.stringMatching(/^xoxe\.xoxb-1-/),
    expires_in: 43_200,
    refresh_token: expect.stringMatching(/^xoxe-1-/),
    token_type: "bot",
  });
});

test("the person's own token is nested, with the scopes of user_scope", async () => {
  const platforms = await startSlack({ rotation: true });
  const code = await getCode(platforms, "T0ACME", { user_scope: "search:read" });

  const answer = await access(platforms, { code });

  expect(answer).toMatchObject({
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

test("an install for the person alone has no bot and no token at the top", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms, "T0ACME", { scope: "", user_scope: "search:read" });

  const answer = await access(platforms, { code });

  expect(answer).toEqual({
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

test("an org-wide install has no team", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms, "E0GRID");

  const answer = await access(platforms, { code });

  expect(answer).toMatchObject({
    bot_user_id: "W0BOT0GRID",
    team: null,
    enterprise: { id: "E0GRID", name: "Acme Grid" },
    is_enterprise_install: true,
    authed_user: { id: "W0ADMIN" },
  });
});

test("a workspace of an organization names both, and is not an org-wide install", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms, "T0GRIDENG");

  const answer = await access(platforms, { code });

  expect(answer).toMatchObject({
    team: { id: "T0GRIDENG", name: "Acme Engineering" },
    enterprise: { id: "E0GRID", name: "Acme Grid" },
    is_enterprise_install: false,
  });
});

test("optional scopes are granted if they are ticked, and the others always", async () => {
  const platforms = await startSlack({ optionalScopes: ["commands", "users:read"] });
  const scope = "chat:write,commands,users:read";
  const request = await requestIdOf(await openInstall(platforms, { scope }));
  const callback = locationOf(await postDecision(platforms, { request, optional: ["commands"] }));
  const code = callback.searchParams.get("code") ?? "";

  const answer = await access(platforms, { code });

  expect(answer).toMatchObject({ scope: "chat:write,commands" });
});

test("the scope incoming-webhook brings one", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms, "T0ACME", { scope: "incoming-webhook" });

  const answer = await access(platforms, { code });

  expect(answer).toHaveProperty("incoming_webhook.channel", "#general");
});

test("a new install brings the same token, with the scopes of both", async () => {
  const platforms = await startSlack();
  const first = await install(platforms, "T0ACME", { scope: "chat:write" });
  const code = await getCode(platforms, "T0ACME", { scope: "commands" });

  const second = await access(platforms, { code });

  expect(second).toMatchObject({ access_token: first.access_token, scope: "commands,chat:write" });
});

test("a new install after the app was removed brings a new token, with its own scopes", async () => {
  const platforms = await startSlack();
  const first = await install(platforms, "T0ACME", { scope: "chat:write" });
  await platforms.control.revoke("slack", "T0ACME");
  const code = await getCode(platforms, "T0ACME", { scope: "commands" });

  const second = await access(platforms, { code });

  expect(second).toMatchObject({ scope: "commands" });
  expect(second).not.toHaveProperty("access_token", first.access_token);
  expect(await call(platforms, "auth.test", first.access_token)).toMatchObject({
    error: "account_inactive",
  });
});

test("a code works once", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms);
  await access(platforms, { code });

  expect(await access(platforms, { code })).toEqual({ ok: false, error: "invalid_code" });
});

test("a code is too old after ten minutes", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms);
  await platforms.control.letTimePass(600);

  expect(await access(platforms, { code })).toEqual({ ok: false, error: "invalid_code" });
});

test.each([
  ["another client", { client_id: "1234.9999" }, "invalid_client_id"],
  ["a wrong secret", { client_secret: "wrong" }, "bad_client_secret"],
  ["another grant type", { grant_type: "password" }, "invalid_grant_type"],
  ["a code_verifier", { code_verifier: "x".repeat(43) }, "pkce_not_allowed"],
])("%s is refused with HTTP 200, and leaves the code as it was", async (_, fields, error) => {
  const platforms = await startSlack();
  const code = await getCode(platforms);

  const refused = await access(platforms, { code, ...fields });

  expect(refused).toEqual({ ok: false, error });
  expect(await access(platforms, { code })).toMatchObject({ ok: true });
});

test.each([
  ["left out, and it was sent before", { redirect_uri: REDIRECT_URL }, {}],
  ["another one", { redirect_uri: REDIRECT_URL }, { redirect_uri: `${REDIRECT_URL}/deeper` }],
  ["another one than the default", {}, { redirect_uri: "https://app.example/cb" }],
])(
  "a redirect_uri that is %s is refused",
  async (_, parameters: Record<string, string>, fields) => {
    const platforms = await startSlack();
    const code = await getCode(platforms, "T0ACME", parameters);

    const answer = await access(platforms, { code, ...fields });

    expect(answer).toEqual({ ok: false, error: "bad_redirect_uri" });
  },
);

test("two secrets are both good while one replaces the other", async () => {
  const platforms = await startSlack({ clientSecret: ["old", "new"] });

  const byOld = { code: await getCode(platforms), client_secret: "old" };
  const byNew = { code: await getCode(platforms), client_secret: "new" };

  expect(await access(platforms, byOld)).toMatchObject({ ok: true });
  expect(await access(platforms, byNew)).toMatchObject({ ok: true });
});

test("the request may be JSON, and the client may prove itself by Basic", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms);

  const response = await fetch(`${platforms.slackUrl}/api/oauth.v2.access`, {
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

test("a rate limit is a fault: 429, with Retry-After and Slack's own body", async () => {
  const platforms = await startSlack();
  const code = await getCode(platforms);
  platforms.control.addFault({
    platform: "slack",
    path: "/api/oauth.v2.access",
    fault: {
      kind: "status",
      status: 429,
      headers: { "retry-after": "30" },
      body: { ok: false, error: "ratelimited" },
    },
  });

  const response = await fetch(`${platforms.slackUrl}/api/oauth.v2.access`, { method: "POST" });

  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("30");
  expect(await response.json()).toEqual({ ok: false, error: "ratelimited" });
  expect(await access(platforms, { code })).toMatchObject({ ok: true });
});
