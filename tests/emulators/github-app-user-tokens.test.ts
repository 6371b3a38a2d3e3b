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

test("a user token of a GitHub App expires, and has no scopes whatever was asked for", async () => {
  const platforms = await startApp();
  const code = await getCode(platforms, { scope: "repo read:org offline_access" });

  const tokens = await requestTokens(platforms, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^ghu_[0-9a-f]{36}$/),
    expires_in: 28_800,
    refresh_token: expect.stringMatching(/^ghr_/),
    refresh_token_expires_in: 15_897_600,
    scope: "",
    token_type: "bearer",
  });
});

test("an App can opt out of expiry", async () => {
  const platforms = await startApp({}, { tokenLifetimeSeconds: null });
  const code = await getCode(platforms);

  const tokens = await requestTokens(platforms, { code });

  expect(tokens).toEqual({
    access_token: expect.stringMatching(/^ghu_/),
    scope: "",
    token_type: "bearer",
  });
});

test("a refresh ends the old pair of a user at once", async () => {
  const platforms = await startApp();
  const old = await authorize(platforms);

  const fresh = await refresh(platforms, old.refresh_token);

  const byOld = await getApi(platforms, "/user", old.access_token);
  const byFresh = await getApi(platforms, "/user", fresh.access_token);
  expect([byOld.status, byFresh.status]).toEqual([401, 200]);
  expect(fresh.access_token).toMatch(/^ghu_/);
});

test("a GitHub App's callback is exact: not even a query may be added", async () => {
  const platforms = await startApp();

  const answers = [];
  for (const redirect_uri of [CALLBACK, `${CALLBACK}/deeper`, `${CALLBACK}?from=1`]) {
    answers.push(await openAuthorize(platforms, { redirect_uri }));
  }

  const errors = answers.slice(1).map((answer) => locationOf(answer).searchParams.get("error"));
  expect(answers[0]?.status).toBe(200);
  expect(errors).toEqual(["redirect_uri_mismatch", "redirect_uri_mismatch"]);
});
