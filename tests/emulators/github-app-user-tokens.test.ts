import { expect, test } from "vitest";
import {
  install as authorize,
  CALLBACK,
  getApi,
  getCode,
  locationOf,
  openAuthorize,
  refresh,
  requestTokens,
} from "./emulated-github.ts";
import { startApp } from "./emulated-github-app.ts";

test("a user token of a GitHub App expires and has no scopes, even if scopes were requested", async () => {
  const emulators = await startApp();
  const code = await getCode(emulators, { scope: "repo read:org offline_access" });

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^ghu_[0-9a-f]{36}$/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: "",
    token_type: "bearer",
  });
});

test("an App can opt out of expiring tokens", async () => {
  const emulators = await startApp({}, { tokenLifetimeSeconds: null });
  const code = await getCode(emulators);

  const tokens = await requestTokens(emulators, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^ghu_/),
    scope: "",
    token_type: "bearer",
  });
});

test("a refresh revokes the old pair of a user at once", async () => {
  const emulators = await startApp();
  const old = await authorize(emulators);

  const fresh = await refresh(emulators, old.refresh_token);

  const byOld = await getApi(emulators, "/user", old.access_token);
  const byFresh = await getApi(emulators, "/user", fresh.access_token);
  expect([byOld.status, byFresh.status]).toEqual([401, 200]);
  expect(fresh.access_token).toMatch(/^ghu_/);
});

test("a GitHub App's callback must match exactly, including the query", async () => {
  const emulators = await startApp();

  const responses = [];
  for (const redirect_uri of [CALLBACK, `${CALLBACK}/deeper`, `${CALLBACK}?from=1`]) {
    responses.push(await openAuthorize(emulators, { redirect_uri }));
  }

  const errors = responses
    .slice(1)
    .map((response) => locationOf(response).searchParams.get("error"));
  expect(responses[0]?.status).toBe(200);
  expect(errors).toEqual(["redirect_uri_mismatch", "redirect_uri_mismatch"]);
});
