import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  CALLBACK,
  exchange,
  getApi,
  getCode,
  getSites,
  install,
  jiraOf,
  openConsent,
  postConsent,
  postRefresh,
  postTokenRequest,
  refresh,
  startJira,
} from "./emulated-jira.ts";

const DEAD = { error: "unauthorized_client", error_description: "refresh_token is invalid" };
const BAD_CODE = { error: "invalid_grant", error_description: "Invalid authorization code" };

test("a code brings a long opaque token for an hour, and a refresh token", async () => {
  const platforms = await startJira();
  const code = await getCode(platforms);

  const response = await exchange(platforms, { code });

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    access_token: expect.stringMatching(/^eyJ[\w-]+\.eyJ[\w-]{1000,}\.[\w-]+$/),
    refresh_token: expect.stringMatching(/^eyJ/),
    expires_in: 3600,
    scope: "read:jira-work read:me offline_access",
    token_type: "Bearer",
  });
});

test("without offline_access there is no refresh token", async () => {
  const platforms = await startJira();
  const code = await getCode(platforms, { scope: "read:jira-work" });

  const response = await exchange(platforms, { code });

  expect(await response.json()).not.toHaveProperty("refresh_token");
});

test("a code works once", async () => {
  const platforms = await startJira();
  const code = await getCode(platforms);
  await exchange(platforms, { code });

  const again = await exchange(platforms, { code });

  expect(again.status).toBe(403);
  expect(await again.json()).toEqual(BAD_CODE);
});

test.each([
  ["another redirect_uri", { redirect_uri: `${CALLBACK}/deeper` }],
  ["a code that was never given", { code: "0123456789abcdef" }],
])("%s is refused", async (_, fields) => {
  const platforms = await startJira();
  const code = await getCode(platforms);

  const response = await exchange(platforms, { code, ...fields });

  expect(response.status).toBe(403);
  expect(await response.json()).toEqual(BAD_CODE);
});

test.each([
  ["a wrong secret", { client_secret: "wrong" }],
  ["another client", { client_id: "jira-2" }],
])("%s is 401 access_denied, and leaves the code as it was", async (_, client) => {
  const platforms = await startJira();
  const code = await getCode(platforms);

  const refused = await exchange(platforms, { code, ...client });

  expect(refused.status).toBe(401);
  expect(await refused.json()).toEqual({
    error: "access_denied",
    error_description: "Unauthorized",
  });
  expect((await exchange(platforms, { code })).status).toBe(200);
});

test("two secrets are both good while one replaces the other", async () => {
  const platforms = await startJira({ clientSecret: ["old", "new"] });

  const byOld = await exchange(platforms, {
    code: await getCode(platforms),
    client_secret: "old",
  });
  const byNew = await exchange(platforms, {
    code: await getCode(platforms),
    client_secret: "new",
  });

  expect([byOld.status, byNew.status]).toEqual([200, 200]);
});

test("the request may be a form, but a Basic header does not prove the client", async () => {
  const platforms = await startJira();
  const code = await getCode(platforms);
  const fields = { grant_type: "authorization_code", code, redirect_uri: CALLBACK };
  const client = { client_id: "jira-1", client_secret: "jira-secret-1" };
  const url = `${platforms.jiraAuthUrl}/oauth/token`;

  const basic = await fetch(url, {
    method: "POST",
    headers: { authorization: `Basic ${btoa("jira-1:jira-secret-1")}` },
    body: new URLSearchParams(fields),
  });
  const form = await fetch(url, {
    method: "POST",
    body: new URLSearchParams({ ...fields, ...client }),
  });

  expect([basic.status, form.status]).toEqual([401, 200]);
});

test("another grant type is refused", async () => {
  const platforms = await startJira();

  const response = await postTokenRequest(platforms, { grant_type: "password" });

  expect(await response.json()).toMatchObject({ error: "unsupported_grant_type" });
});

test("a refresh brings another refresh token, and the old access token lives on", async () => {
  const platforms = await startJira();
  const first = await install(platforms);

  const second = await refresh(platforms, first.refresh_token);

  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await getApi(platforms, "/me", first.access_token)).status).toBe(200);
  expect((await getApi(platforms, "/me", second.access_token)).status).toBe(200);
});

test("a used refresh token works on within the leeway", async () => {
  const platforms = await startJira();
  const { refresh_token } = await install(platforms);
  await refresh(platforms, refresh_token);
  await platforms.control.letTimePass(599);

  const again = await postRefresh(platforms, refresh_token);

  expect(again.status).toBe(200);
});

test("a use within the leeway does not make it longer", async () => {
  const platforms = await startJira();
  const { refresh_token } = await install(platforms);
  await refresh(platforms, refresh_token);
  await platforms.control.letTimePass(599);
  await refresh(platforms, refresh_token);
  await platforms.control.letTimePass(1);

  const afterwards = await postRefresh(platforms, refresh_token);

  expect(afterwards.status).toBe(403);
});

test("reuse after the leeway ends all that came of the same consent", async () => {
  const platforms = await startJira();
  const first = await install(platforms);
  const second = await refresh(platforms, first.refresh_token);
  const other = await install(platforms, { account: "noah" });
  await platforms.control.letTimePass(600);

  const reused = await postRefresh(platforms, first.refresh_token);

  expect(reused.status).toBe(403);
  expect(await reused.json()).toEqual(DEAD);
  expect((await postRefresh(platforms, second.refresh_token)).status).toBe(403);
  expect((await getApi(platforms, "/me", second.access_token)).status).toBe(401);
  expect((await postRefresh(platforms, other.refresh_token)).status).toBe(200);
});

test("an access token expires after an hour", async () => {
  const platforms = await startJira();
  const { access_token } = await install(platforms);

  await platforms.control.letTimePass(3599);
  const alive = await getApi(platforms, "/me", access_token);
  await platforms.control.letTimePass(1);
  const expired = await getApi(platforms, "/me", access_token);

  expect([alive.status, expired.status]).toEqual([200, 401]);
});

test("a refresh token dies of ninety days without use, which every refresh starts anew", async () => {
  const platforms = await startJira();
  const first = await install(platforms);
  await platforms.control.letTimePass(89 * 86_400);
  const second = await refresh(platforms, first.refresh_token);
  await platforms.control.letTimePass(89 * 86_400);
  const third = await refresh(platforms, second.refresh_token);

  await platforms.control.letTimePass(90 * 86_400);

  expect((await postRefresh(platforms, third.refresh_token)).status).toBe(403);
});

test("a dead refresh token can be told in the documented words", async () => {
  const platforms = await startJira();
  const response = await fetch(`${platforms.url}/_control/jira`, {
    method: "PATCH",
    body: JSON.stringify({ dead_refresh_token: "invalid_grant" }),
  });

  const dead = await postRefresh(platforms, "eyJFAKE");

  expect(response.status).toBe(204);
  expect(dead.status).toBe(403);
  expect(await dead.json()).toEqual({
    error: "invalid_grant",
    error_description: "Unknown or invalid refresh token.",
  });
});

test("a user who removes the app ends its grant and tokens, and nobody else's", async () => {
  const platforms = await startJira();
  const hers = await install(platforms, { account: "mia" });
  const his = await install(platforms, { account: "noah" });

  const count = await platforms.control.revoke("jira", "mia");

  expect(count).toBe(1);
  expect(jiraOf(platforms).accounts("mia")).toMatchObject([{ grant: null }]);
  expect(await (await postRefresh(platforms, hers.refresh_token)).json()).toEqual(DEAD);
  expect((await getApi(platforms, "/me", hers.access_token)).status).toBe(401);
  expect((await getApi(platforms, "/me", his.access_token)).status).toBe(200);
});

test("tokens, families and grants outlive a restart, as hashes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "jira-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.json");
  const before = await startJira({}, { stateFile });
  const first = await install(before, { sites: ["acme-eu"] });
  const second = await refresh(before, first.refresh_token);
  await jiraOf(before).setSites("noah", []);
  await before.close();

  const after = await startJira({}, { stateFile });
  const sites = await getSites(after, second.access_token);
  await after.control.letTimePass(600);
  const reused = await postRefresh(after, first.refresh_token);

  expect(sites).toMatchObject([{ url: "https://acme-eu.atlassian.net" }]);
  expect(jiraOf(after).accounts("noah")).toMatchObject([{ sites: [] }]);
  expect(reused.status).toBe(403);
  expect((await postRefresh(after, second.refresh_token)).status).toBe(403);
  expect(await readFile(stateFile, "utf8")).not.toContain(second.access_token);
});

test("an app of another id cannot refresh what was granted to the first", async () => {
  const folder = await mkdtemp(join(tmpdir(), "jira-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const stateFile = join(folder, "state.json");
  const before = await startJira({}, { stateFile });
  const { access_token, refresh_token } = await install(before);
  await before.close();

  const after = await startJira({ clientId: "jira-2" }, { stateFile });
  await postConsent(after, await openConsent(after, { client_id: "jira-2" }));
  const fields = { client_id: "jira-2", grant_type: "refresh_token", refresh_token };
  const refreshed = await postTokenRequest(after, fields);

  expect(refreshed.status).toBe(403);
  expect((await getApi(after, "/me", access_token)).status).toBe(200);
});

test("a reset forgets tokens, grants, sites and settings", async () => {
  const platforms = await startJira();
  const jira = jiraOf(platforms);
  const { access_token } = await install(platforms);
  jira.configure({ deadRefreshToken: "invalid_grant" });
  await jira.setSites("noah", []);

  await platforms.control.reset();

  expect((await getApi(platforms, "/me", access_token)).status).toBe(401);
  expect(await (await postRefresh(platforms, "eyJFAKE")).json()).toEqual(DEAD);
  expect(jira.accounts("noah")).toMatchObject([{ grant: null, sites: [{ name: "acme" }] }]);
});
