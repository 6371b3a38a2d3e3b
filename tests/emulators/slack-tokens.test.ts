import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  access,
  call,
  getCode,
  install,
  refresh,
  requestRefresh,
  slackOf,
  startSlack,
} from "./emulated-slack.ts";

const BAD_REFRESH_TOKEN = { ok: false, error: "invalid_refresh_token" };

test("a refresh returns a new pair at the top level, and the old access token stays valid", async () => {
  const emulators = await startSlack({ rotation: true });
  const first = await install(emulators);

  const response = await requestRefresh(emulators, first.refresh_token);

  expect(response).toEqual({
    ok: true,
    access_token: expect.stringMatching(/^xoxe\.xoxb-1-/),
    expires_in: 43_200,
    refresh_token: expect.stringMatching(/^xoxe-1-/),
    token_type: "bot",
    scope: "chat:write",
    bot_user_id: "U0BOT0ACME",
    app_id: "A0APP",
    team: { id: "T0ACME", name: "Acme" },
    enterprise: null,
    is_enterprise_install: false,
  });
  expect(response).not.toHaveProperty("access_token", first.access_token);
  expect(await call(emulators, "auth.test", first.access_token)).toMatchObject({ ok: true });
});

test("a refresh of a user token returns no bot", async () => {
  const emulators = await startSlack({ rotation: true });
  const code = await getCode(emulators, "T0ACME", { scope: "", user_scope: "search:read" });
  const response = await access(emulators, { code });
  expect(response).toHaveProperty("authed_user.refresh_token");
  const refreshToken = JSON.stringify(response).match(/xoxe-1-[\w-]+/)?.[0] ?? "";

  const refreshed = await requestRefresh(emulators, refreshToken);

  expect(refreshed).toMatchObject({ ok: true, token_type: "user", scope: "search:read" });
  expect(refreshed).not.toHaveProperty("bot_user_id");
});

test("a refresh token works once", async () => {
  const emulators = await startSlack({ rotation: true });
  const { refresh_token } = await install(emulators);
  await refresh(emulators, refresh_token);

  expect(await requestRefresh(emulators, refresh_token)).toEqual(BAD_REFRESH_TOKEN);
});

test("of twenty simultaneous refreshes with one token, one succeeds", async () => {
  const emulators = await startSlack({ rotation: true });
  const { refresh_token } = await install(emulators);

  const responses = await Promise.all(
    Array.from({ length: 20 }, () => requestRefresh(emulators, refresh_token)),
  );

  const refused = JSON.stringify(BAD_REFRESH_TOKEN);
  expect(responses.filter((response) => JSON.stringify(response) === refused)).toHaveLength(19);
});

test("a used refresh token works within the grace period, which another use does not extend", async () => {
  const emulators = await startSlack({ rotation: true, tokenLifetimeSeconds: 10 });
  slackOf(emulators).configure({ graceSeconds: 60 });
  const { refresh_token } = await install(emulators);
  await refresh(emulators, refresh_token);

  await emulators.control.letTimePass(59);
  const within = await requestRefresh(emulators, refresh_token);
  await emulators.control.letTimePass(1);
  const after = await requestRefresh(emulators, refresh_token);

  expect(within).toMatchObject({ ok: true });
  expect(after).toEqual(BAD_REFRESH_TOKEN);
});

test("an access token expires after its lifetime, and its refresh token does not", async () => {
  const emulators = await startSlack({ rotation: true });
  const { access_token, refresh_token } = await install(emulators);
  await emulators.control.letTimePass(43_199);
  const alive = await call(emulators, "auth.test", access_token);

  await emulators.control.letTimePass(1);
  const expired = await call(emulators, "auth.test", access_token);
  await emulators.control.letTimePass(365 * 86_400);
  const refreshed = await requestRefresh(emulators, refresh_token);

  expect(alive).toMatchObject({ ok: true });
  expect(expired).toEqual({ ok: false, error: "token_expired" });
  expect(refreshed).toMatchObject({ ok: true });
});

test("at most two tokens are valid: a third revokes the oldest", async () => {
  const emulators = await startSlack({ rotation: true });
  const first = await install(emulators);
  const second = await refresh(emulators, first.refresh_token);
  const third = await refresh(emulators, second.refresh_token);

  const responses = await Promise.all(
    [first, second, third].map(({ access_token }) => call(emulators, "auth.test", access_token)),
  );

  expect(responses).toMatchObject([{ error: "token_revoked" }, { ok: true }, { ok: true }]);
});

test.each([0, 60])(
  "a response that is lost uses the refresh token up, with a grace of %i seconds, and ends no access token",
  async (graceSeconds) => {
    const emulators = await startSlack({ rotation: true });
    slackOf(emulators).configure({ graceSeconds });
    const first = await install(emulators);
    emulators.control.addFault({ platform: "slack", fault: { kind: "lose_reply" } });
    await expect(requestRefresh(emulators, first.refresh_token)).rejects.toThrow("fetch failed");

    const alive = await call(emulators, "auth.test", first.access_token);
    const again = await requestRefresh(emulators, first.refresh_token);
    const after = await call(emulators, "auth.test", first.access_token);

    expect(alive).toMatchObject({ ok: true });
    expect(again).toMatchObject(graceSeconds > 0 ? { ok: true } : BAD_REFRESH_TOKEN);
    expect(after).toMatchObject(graceSeconds > 0 ? { error: "token_revoked" } : { ok: true });
  },
);

test("tokens of two workspaces are counted separately", async () => {
  const emulators = await startSlack({ rotation: true });
  const first = await install(emulators, "T0ACME");
  await install(emulators, "T0GLOBEX");
  await install(emulators, "T0GRIDENG");

  expect(await call(emulators, "auth.test", first.access_token)).toMatchObject({ ok: true });
});

test("without rotation there is no refresh token", async () => {
  const emulators = await startSlack();
  await install(emulators);

  expect(await requestRefresh(emulators, "none")).toEqual(BAD_REFRESH_TOKEN);
});

test("tokens, revoked tokens and the token of a new install survive a restart, as hashes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slack-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.json");
  const before = await startSlack({}, { stateFile });
  const acme = await install(before, "T0ACME");
  const globex = await install(before, "T0GLOBEX");
  await before.control.revoke("slack", "T0GLOBEX");
  await before.close();

  const after = await startSlack({}, { stateFile });
  const alive = await call(after, "auth.test", acme.access_token);
  const ended = await call(after, "auth.test", globex.access_token);
  const again = await install(after, "T0ACME");

  expect(alive).toMatchObject({ ok: true });
  expect(ended).toEqual({ ok: false, error: "account_inactive" });
  expect(again.access_token).toBe(acme.access_token);
  expect(await readFile(stateFile, "utf8")).not.toContain(acme.access_token);
});

test("rotated tokens and used refresh tokens survive a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "slack-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.json");
  const before = await startSlack({ rotation: true }, { stateFile });
  const first = await install(before);
  const second = await refresh(before, first.refresh_token);
  await before.close();

  const after = await startSlack({ rotation: true }, { stateFile });

  expect(await requestRefresh(after, first.refresh_token)).toEqual(BAD_REFRESH_TOKEN);
  expect(await requestRefresh(after, second.refresh_token)).toMatchObject({ ok: true });
});

test("the control expires access tokens, and the refresh token goes on", async () => {
  const emulators = await startSlack({ rotation: true });
  const first = await install(emulators);

  await slackOf(emulators).expireTokens("T0ACME");
  const expired = await call(emulators, "auth.test", first.access_token);
  const second = await refresh(emulators, first.refresh_token);

  expect(expired).toEqual({ ok: false, error: "token_expired" });
  expect(await call(emulators, "auth.test", second.access_token)).toMatchObject({ ok: true });
});
