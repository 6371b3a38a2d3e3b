import { isDeepStrictEqual } from "node:util";
import { expect, test } from "vitest";
import { getApi, getCode, install, refresh, requestTokens, start } from "./emulated-github.ts";

const BAD_REFRESH_TOKEN = {
  error: "bad_refresh_token",
  error_description: "The refresh token passed is incorrect or expired.",
  error_uri:
    "https://docs.github.com/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#bad-refresh-token",
};

test("an app with expiring tokens receives a refresh token and both lifetimes", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 28_800 });
  const code = await getCode(emulators);

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^gho_/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: "",
    token_type: "bearer",
  });
});

test("the scope offline_access makes tokens expire and is not listed as granted", async () => {
  const emulators = await start();
  const code = await getCode(emulators, { scope: "gist offline_access" });

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toMatchObject({ expires_in: 28_800, scope: "gist" });
});

test("a token expires after its lifetime", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const { access_token } = await install(emulators);

  await emulators.control.letTimePass(95);
  const before = await getApi(emulators, "/user", access_token);
  await emulators.control.letTimePass(5);
  const after = await getApi(emulators, "/user", access_token);

  expect([before.status, after.status]).toEqual([200, 401]);
});

test("a refresh revokes the old access token and the old refresh token at once", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const old = await install(emulators, { scope: "gist" });

  const fresh = await refresh(emulators, old.refresh_token);

  const byOld = await getApi(emulators, "/user", old.access_token);
  const byFresh = await getApi(emulators, "/user", fresh.access_token);
  const fields = { grant_type: "refresh_token", refresh_token: old.refresh_token };
  expect([byOld.status, byFresh.status]).toEqual([401, 200]);
  expect(byFresh.headers.get("x-oauth-scopes")).toBe("gist");
  expect(await requestTokens(emulators, fields)).toEqual(BAD_REFRESH_TOKEN);
});

test("a refresh token that is sent many times at once works once", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const { refresh_token } = await install(emulators);
  const fields = { grant_type: "refresh_token", refresh_token };

  const responses = await Promise.all(
    Array.from({ length: 20 }, () => requestTokens(emulators, fields)),
  );

  const refused = responses.filter((response) => isDeepStrictEqual(response, BAD_REFRESH_TOKEN));
  expect(refused).toHaveLength(19);
});

test("a refresh token expires later than its access token", async () => {
  const emulators = await start({ tokenLifetimeSeconds: 100 });
  const { refresh_token } = await install(emulators);

  await emulators.control.letTimePass(15_897_500);
  const fresh = await refresh(emulators, refresh_token);
  await emulators.control.letTimePass(15_897_600);
  const fields = { grant_type: "refresh_token", refresh_token: fresh.refresh_token };

  expect(await requestTokens(emulators, fields)).toEqual(BAD_REFRESH_TOKEN);
});
