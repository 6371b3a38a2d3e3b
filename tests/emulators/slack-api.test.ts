import { expect, test } from "vitest";
import { start } from "./emulated-github.ts";
import {
  access,
  call,
  getCode,
  install,
  requestRefresh,
  slackOf,
  startSlack,
} from "./emulated-slack.ts";

const CLIENT = { client_id: "1234.5678", client_secret: "slack-secret-1" };

test("auth.test identifies a bot token and returns its scopes in a header", async () => {
  const emulators = await startSlack();
  const { access_token } = await install(emulators, "T0ACME", { scope: "chat:write,commands" });

  const response = await fetch(`${emulators.slackUrl}/api/auth.test`, {
    method: "POST",
    headers: { authorization: `Bearer ${access_token}` },
  });

  expect(response.headers.get("x-oauth-scopes")).toBe("chat:write,commands");
  expect(await response.json()).toEqual({
    ok: true,
    url: "https://t0acme.slack.example.invalid/",
    team: "Acme",
    user: "grantkeep",
    team_id: "T0ACME",
    user_id: "U0BOT0ACME",
    bot_id: "B0BOT0ACME",
    app_id: "A0APP",
    is_enterprise_install: false,
  });
});

test("auth.test of an org-wide token returns the organization", async () => {
  const emulators = await startSlack({ rotation: true });
  const { access_token } = await install(emulators, "E0GRID");

  const response = await call(emulators, "auth.test", access_token);

  expect(response).toMatchObject({
    team_id: "E0GRID",
    enterprise_id: "E0GRID",
    is_enterprise_install: true,
    expires_in: expect.any(Number),
  });
});

test("a missing or unknown token is refused with HTTP 200", async () => {
  const emulators = await startSlack();
  const url = `${emulators.slackUrl}/api/auth.test`;

  const missing = await fetch(url, { method: "POST" });
  const unknown = await call(emulators, "auth.test", "xoxb-FAKE");

  expect(missing.status).toBe(200);
  expect(await missing.json()).toEqual({ ok: false, error: "not_authed" });
  expect(unknown).toEqual({ ok: false, error: "invalid_auth" });
});

test("an unknown method is refused with its name", async () => {
  const emulators = await startSlack();

  const response = await call(emulators, "auth.nothing", "xoxb-FAKE");

  expect(response).toEqual({ ok: false, error: "unknown_method", req_method: "auth.nothing" });
});

test("auth.revoke with test changes nothing, and without it revokes the token", async () => {
  const emulators = await startSlack();
  const { access_token } = await install(emulators);

  const tried = await call(emulators, "auth.revoke", access_token, { test: "true" });
  const revoked = await call(emulators, "auth.revoke", access_token);

  expect(tried).toEqual({ ok: true, revoked: false });
  expect(revoked).toEqual({ ok: true, revoked: true });
  expect(await call(emulators, "auth.test", access_token)).toEqual({
    ok: false,
    error: "account_inactive",
  });
});

test("with rotation auth.revoke revokes one token, and its refresh token stays valid", async () => {
  const emulators = await startSlack({ rotation: true });
  const { access_token, refresh_token } = await install(emulators);

  await call(emulators, "auth.revoke", access_token);

  expect(await call(emulators, "auth.test", access_token)).toEqual({
    ok: false,
    error: "token_revoked",
  });
  expect(await requestRefresh(emulators, refresh_token)).toMatchObject({ ok: true });
});

test("apps.uninstall revokes all tokens of the workspace only", async () => {
  const emulators = await startSlack({ rotation: true });
  const acme = await install(emulators, "T0ACME", { user_scope: "search:read" });
  const globex = await install(emulators, "T0GLOBEX");

  const response = await call(emulators, "apps.uninstall", acme.access_token, CLIENT);

  const ofUser = await call(emulators, "auth.test", acme.authed_user.access_token ?? "none");
  expect(response).toEqual({ ok: true });
  expect(await call(emulators, "auth.test", acme.access_token)).toMatchObject({
    error: "account_inactive",
  });
  expect(ofUser).toMatchObject({ error: "token_revoked" });
  expect(await requestRefresh(emulators, acme.refresh_token)).toMatchObject({
    error: "invalid_refresh_token",
  });
  expect(await call(emulators, "auth.test", globex.access_token)).toMatchObject({ ok: true });
});

test.each([
  ["another client", { ...CLIENT, client_id: "1234.9999" }, "invalid_client_id"],
  ["a wrong secret", { ...CLIENT, client_secret: "wrong" }, "bad_client_secret"],
])("apps.uninstall by %s is refused and revokes nothing", async (_, fields, error) => {
  const emulators = await startSlack();
  const { access_token } = await install(emulators);

  const response = await call(emulators, "apps.uninstall", access_token, fields);

  expect(response).toEqual({ ok: false, error });
  expect(await call(emulators, "auth.test", access_token)).toMatchObject({ ok: true });
});

test("auth.teams.list returns pages of the workspaces of an organization", async () => {
  const emulators = await startSlack();
  const { access_token } = await install(emulators, "E0GRID");

  const first = await call(emulators, "auth.teams.list", access_token, { limit: "1" });
  const rest = await call(emulators, "auth.teams.list", access_token, { cursor: "MQ==" });

  expect(first).toEqual({
    ok: true,
    teams: [{ id: "T0GRIDENG", name: "Acme Engineering" }],
    response_metadata: { next_cursor: "MQ==" },
  });
  expect(rest).toMatchObject({
    teams: [{ id: "T0GRIDOPS" }],
    response_metadata: { next_cursor: "" },
  });
});

test("a reset deletes tokens and codes and restores the settings", async () => {
  const emulators = await startSlack({ rotation: true });
  slackOf(emulators).configure({ graceSeconds: 60 });
  const { access_token } = await install(emulators);
  const code = await getCode(emulators);

  await emulators.control.reset();

  const { refresh_token } = await install(emulators);
  await requestRefresh(emulators, refresh_token);
  const usedAgain = await requestRefresh(emulators, refresh_token);
  expect(await call(emulators, "auth.test", access_token)).toMatchObject({ error: "invalid_auth" });
  expect(await access(emulators, { code })).toMatchObject({ error: "invalid_code" });
  expect(usedAgain).toMatchObject({ error: "invalid_refresh_token" });
});

test("a platform without a registration is not available", async () => {
  const emulators = await start();

  const response = await fetch(`${emulators.slackUrl}/api/auth.test`, { method: "POST" });

  expect(response.status).toBe(404);
  expect(emulators.control.slack).toBeUndefined();
  expect(emulators.control.jira).toBeUndefined();
});

test("the URLs are the base URLs of the platforms", async () => {
  const emulators = await startSlack();

  expect(emulators.slackUrl).toBe(`${emulators.url}/slack`);
  expect(emulators.jiraAuthUrl).toBe(`${emulators.url}/jira`);
  expect(emulators.jiraApiUrl).toBe(`${emulators.url}/jira/api`);
});
