import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { getApi, getCode, install, refresh, requestTokens, start } from "./emulated-github.ts";

const BAD_REFRESH_TOKEN = {
  error: "bad_refresh_token",
  error_description: "The refresh token passed is incorrect or expired.",
  error_uri:
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#bad-refresh-token",
};

test("an app with expiring tokens gets a refresh token, and both lifetimes", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 28_800 });
  const code = await getCode(platforms);

  const tokens = await requestTokens(platforms, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^gho_/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: "",
    token_type: "bearer",
  });
});

test("the scope offline_access makes tokens expire, and is not among the granted", async () => {
  const platforms = await start();
  const code = await getCode(platforms, { scope: "gist offline_access" });

  const tokens = await requestTokens(platforms, { code });

  expect(tokens).toMatchObject({ expires_in: 28_800, scope: "gist" });
});

test("an expiring token ends in its time", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const { access_token } = await install(platforms);

  await platforms.control.letTimePass(95);
  const before = await getApi(platforms, "/user", access_token);
  await platforms.control.letTimePass(5);
  const after = await getApi(platforms, "/user", access_token);

  expect([before.status, after.status]).toEqual([200, 401]);
});

test("a refresh ends the old access token and the old refresh token at once", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const old = await install(platforms, { scope: "gist" });

  const fresh = await refresh(platforms, old.refresh_token);

  const byOld = await getApi(platforms, "/user", old.access_token);
  const byFresh = await getApi(platforms, "/user", fresh.access_token);
  const fields = { grant_type: "refresh_token", refresh_token: old.refresh_token };
  expect([byOld.status, byFresh.status]).toEqual([401, 200]);
  expect(byFresh.headers.get("x-oauth-scopes")).toBe("gist");
  expect(await requestTokens(platforms, fields)).toEqual(BAD_REFRESH_TOKEN);
});

test("a refresh token that is sent many times at once works once", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const { refresh_token } = await install(platforms);
  const fields = { grant_type: "refresh_token", refresh_token };

  const answers = await Promise.all(
    Array.from({ length: 20 }, () => requestTokens(platforms, fields)),
  );

  const refused = answers.filter((answer) => isDeepStrictEqual(answer, BAD_REFRESH_TOKEN));
  expect(refused).toHaveLength(19);
});

test("a refresh token outlives its access token, but not for ever", async () => {
  const platforms = await start({ tokenLifetimeSeconds: 100 });
  const { refresh_token } = await install(platforms);

  await platforms.control.letTimePass(15_897_500);
  const fresh = await refresh(platforms, refresh_token);
  await platforms.control.letTimePass(15_897_600);
  const fields = { grant_type: "refresh_token", refresh_token: fresh.refresh_token };

  expect(await requestTokens(platforms, fields)).toEqual(BAD_REFRESH_TOKEN);
});
