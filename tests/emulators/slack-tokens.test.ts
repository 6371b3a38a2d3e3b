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

test("a refresh brings a new pair, flat, and the old access token lives on", async () => {
  const platforms = await startSlack({ rotation: true });
  const first = await install(platforms);

  const answer = await requestRefresh(platforms, first.refresh_token);

  expect(answer).toEqual({
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
  expect(answer).not.toHaveProperty("access_token", first.access_token);
  expect(await call(platforms, "auth.test", first.access_token)).toMatchObject({ ok: true });
});

test("a refresh of the person's token names no bot", async () => {
  const platforms = await startSlack({ rotation: true });
  const code = await getCode(platforms, "T0ACME", { scope: "", user_scope: "search:read" });
  const answer = await access(platforms, { code });
  expect(answer).toHaveProperty("authed_user.refresh_token");
  const refreshToken = JSON.stringify(answer).match(/xoxe-1-[\w-]+/)?.[0] ?? "";

  const refreshed = await requestRefresh(platforms, refreshToken);

  expect(refreshed).toMatchObject({ ok: true, token_type: "user", scope: "search:read" });
  expect(refreshed).not.toHaveProperty("bot_user_id");
});

test("a refresh token works once", async () => {
  const platforms = await startSlack({ rotation: true });
  const { refresh_token } = await install(platforms);
  await refresh(platforms, refresh_token);

  expect(await requestRefresh(platforms, refresh_token)).toEqual(BAD_REFRESH_TOKEN);
});

test("of twenty refreshes at once with one token, one works", async () => {
  const platforms = await startSlack({ rotation: true });
  const { refresh_token } = await install(platforms);

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => requestRefresh(platforms, refresh_token)),
  );

  const refused = JSON.stringify(BAD_REFRESH_TOKEN);
  expect(answers.filter((answer) => JSON.stringify(answer) === refused)).toHaveLength(19);
});

test("a used refresh token works on within the grace period, which its use does not make longer", async () => {
  const platforms = await startSlack({ rotation: true, tokenLifetimeSeconds: 10 });
  slackOf(platforms).configure({ graceSeconds: 60 });
  const { refresh_token } = await install(platforms);
  await refresh(platforms, refresh_token);

  await platforms.control.letTimePass(59);
  const within = await requestRefresh(platforms, refresh_token);
  await platforms.control.letTimePass(1);
  const after = await requestRefresh(platforms, refresh_token);

  expect(within).toMatchObject({ ok: true });
  expect(after).toEqual(BAD_REFRESH_TOKEN);
});

test("an access token expires after its life, and its refresh token does not", async () => {
  const platforms = await startSlack({ rotation: true });
  const { access_token, refresh_token } = await install(platforms);
  await platforms.control.letTimePass(43_199);
  const alive = await call(platforms, "auth.test", access_token);

  await platforms.control.letTimePass(1);
  const expired = await call(platforms, "auth.test", access_token);
  await platforms.control.letTimePass(365 * 86_400);
  const refreshed = await requestRefresh(platforms, refresh_token);

  expect(alive).toMatchObject({ ok: true });
  expect(expired).toEqual({ ok: false, error: "token_expired" });
  expect(refreshed).toMatchObject({ ok: true });
});

test("no more than two tokens live: a third revokes the oldest", async () => {
  const platforms = await startSlack({ rotation: true });
  const first = await install(platforms);
  const second = await refresh(platforms, first.refresh_token);
  const third = await refresh(platforms, second.refresh_token);

  const answers = await Promise.all(
    [first, second, third].map(({ access_token }) => call(platforms, "auth.test", access_token)),
  );

  expect(answers).toMatchObject([{ error: "token_revoked" }, { ok: true }, { ok: true }]);
});

test("tokens of two workspaces do not count together", async () => {
  const platforms = await startSlack({ rotation: true });
  const first = await install(platforms, "T0ACME");
  await install(platforms, "T0GLOBEX");
  await install(platforms, "T0GRIDENG");

  expect(await call(platforms, "auth.test", first.access_token)).toMatchObject({ ok: true });
});

test("without rotation there is nothing to refresh", async () => {
  const platforms = await startSlack();
  await install(platforms);

  expect(await requestRefresh(platforms, "none")).toEqual(BAD_REFRESH_TOKEN);
});

test("tokens, their ends and the token to come again outlive a restart, as hashes", async () => {
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

test("rotated tokens and used refresh tokens outlive a restart", async () => {
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
