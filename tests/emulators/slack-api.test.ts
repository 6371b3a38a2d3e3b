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

test("auth.test says whose a bot token is, and lists its scopes in a header", async () => {
  const platforms = await startSlack();
  const { access_token } = await install(platforms, "T0ACME", { scope: "chat:write,commands" });

  const response = await fetch(`${platforms.slackUrl}/api/auth.test`, {
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

test("auth.test of an org-wide token names the organization", async () => {
  const platforms = await startSlack({ rotation: true });
  const { access_token } = await install(platforms, "E0GRID");

  const answer = await call(platforms, "auth.test", access_token);

  expect(answer).toMatchObject({
    team_id: "E0GRID",
    enterprise_id: "E0GRID",
    is_enterprise_install: true,
    expires_in: expect.any(Number),
  });
});

test("a token that is missing or unknown is refused with HTTP 200", async () => {
  const platforms = await startSlack();
  const url = `${platforms.slackUrl}/api/auth.test`;

  const missing = await fetch(url, { method: "POST" });
  const unknown = await call(platforms, "auth.test", "xoxb-FAKE");

  expect(missing.status).toBe(200);
  expect(await missing.json()).toEqual({ ok: false, error: "not_authed" });
  expect(unknown).toEqual({ ok: false, error: "invalid_auth" });
});

test("a method that does not exist is refused by name", async () => {
  const platforms = await startSlack();

  const answer = await call(platforms, "auth.nothing", "xoxb-FAKE");

  expect(answer).toEqual({ ok: false, error: "unknown_method", req_method: "auth.nothing" });
});

test("auth.revoke tries first if asked to, and then ends the token", async () => {
  const platforms = await startSlack();
  const { access_token } = await install(platforms);

  const tried = await call(platforms, "auth.revoke", access_token, { test: "true" });
  const revoked = await call(platforms, "auth.revoke", access_token);

  expect(tried).toEqual({ ok: true, revoked: false });
  expect(revoked).toEqual({ ok: true, revoked: true });
  expect(await call(platforms, "auth.test", access_token)).toEqual({
    ok: false,
    error: "account_inactive",
  });
});

test("with rotation auth.revoke ends one token, and its refresh token works on", async () => {
  const platforms = await startSlack({ rotation: true });
  const { access_token, refresh_token } = await install(platforms);

  await call(platforms, "auth.revoke", access_token);

  expect(await call(platforms, "auth.test", access_token)).toEqual({
    ok: false,
    error: "token_revoked",
  });
  expect(await requestRefresh(platforms, refresh_token)).toMatchObject({ ok: true });
});

test("apps.uninstall ends all tokens of the workspace, and nobody else's", async () => {
  const platforms = await startSlack({ rotation: true });
  const acme = await install(platforms, "T0ACME", { user_scope: "search:read" });
  const globex = await install(platforms, "T0GLOBEX");

  const answer = await call(platforms, "apps.uninstall", acme.access_token, CLIENT);

  const ofUser = await call(platforms, "auth.test", acme.authed_user.access_token ?? "none");
  expect(answer).toEqual({ ok: true });
  expect(await call(platforms, "auth.test", acme.access_token)).toMatchObject({
    error: "account_inactive",
  });
  expect(ofUser).toMatchObject({ error: "token_revoked" });
  expect(await requestRefresh(platforms, acme.refresh_token)).toMatchObject({
    error: "invalid_refresh_token",
  });
  expect(await call(platforms, "auth.test", globex.access_token)).toMatchObject({ ok: true });
});

test.each([
  ["another client", { ...CLIENT, client_id: "1234.9999" }, "invalid_client_id"],
  ["a wrong secret", { ...CLIENT, client_secret: "wrong" }, "bad_client_secret"],
])("apps.uninstall by %s is refused, and ends nothing", async (_, fields, error) => {
  const platforms = await startSlack();
  const { access_token } = await install(platforms);

  const answer = await call(platforms, "apps.uninstall", access_token, fields);

  expect(answer).toEqual({ ok: false, error });
  expect(await call(platforms, "auth.test", access_token)).toMatchObject({ ok: true });
});

test("auth.teams.list pages through the workspaces of an organization", async () => {
  const platforms = await startSlack();
  const { access_token } = await install(platforms, "E0GRID");

  const first = await call(platforms, "auth.teams.list", access_token, { limit: "1" });
  const rest = await call(platforms, "auth.teams.list", access_token, { cursor: "MQ==" });

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

test("a reset forgets tokens, codes and settings", async () => {
  const platforms = await startSlack({ rotation: true });
  slackOf(platforms).configure({ graceSeconds: 60 });
  const { access_token } = await install(platforms);
  const code = await getCode(platforms);

  await platforms.control.reset();

  const { refresh_token } = await install(platforms);
  await requestRefresh(platforms, refresh_token);
  const usedAgain = await requestRefresh(platforms, refresh_token);
  expect(await call(platforms, "auth.test", access_token)).toMatchObject({ error: "invalid_auth" });
  expect(await access(platforms, { code })).toMatchObject({ error: "invalid_code" });
  expect(usedAgain).toMatchObject({ error: "invalid_refresh_token" });
});

test("a platform without a registration is not there", async () => {
  const platforms = await start();

  const response = await fetch(`${platforms.slackUrl}/api/auth.test`, { method: "POST" });

  expect(response.status).toBe(404);
  expect(platforms.control.slack).toBeUndefined();
  expect(platforms.control.jira).toBeUndefined();
});

test("the URLs are those that Grantkeep is configured with", async () => {
  const platforms = await startSlack();

  expect(platforms.slackUrl).toBe(`${platforms.url}/slack`);
  expect(platforms.jiraAuthUrl).toBe(`${platforms.url}/jira`);
  expect(platforms.jiraApiUrl).toBe(`${platforms.url}/jira/api`);
});
