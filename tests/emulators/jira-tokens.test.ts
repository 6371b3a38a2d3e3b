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

test("a code is exchanged for a long opaque token for an hour and a refresh token", async () => {
  const emulators = await startJira();
  const code = await getCode(emulators);

  const response = await exchange(emulators, { code });

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
  const emulators = await startJira();
  const code = await getCode(emulators, { scope: "read:jira-work" });

  const response = await exchange(emulators, { code });

  expect(await response.json()).not.toHaveProperty("refresh_token");
});

test("a code works once", async () => {
  const emulators = await startJira();
  const code = await getCode(emulators);
  await exchange(emulators, { code });

  const again = await exchange(emulators, { code });

  expect(again.status).toBe(403);
  expect(await again.json()).toEqual(BAD_CODE);
});

test.each([
  ["another redirect_uri", { redirect_uri: `${CALLBACK}/deeper` }],
  ["an unknown code", { code: "0123456789abcdef" }],
])("%s is refused", async (_, fields) => {
  const emulators = await startJira();
  const code = await getCode(emulators);

  const response = await exchange(emulators, { code, ...fields });

  expect(response.status).toBe(403);
  expect(await response.json()).toEqual(BAD_CODE);
});

test.each([
  ["a wrong secret", { client_secret: "wrong" }],
  ["another client", { client_id: "jira-2" }],
])("%s is 401 access_denied and does not use the code up", async (_, client) => {
  const emulators = await startJira();
  const code = await getCode(emulators);

  const refused = await exchange(emulators, { code, ...client });

  expect(refused.status).toBe(401);
  expect(await refused.json()).toEqual({
    error: "access_denied",
    error_description: "Unauthorized",
  });
  expect((await exchange(emulators, { code })).status).toBe(200);
});

test("two secrets are accepted during a rotation", async () => {
  const emulators = await startJira({ clientSecret: ["old", "new"] });

  const byOld = await exchange(emulators, {
    code: await getCode(emulators),
    client_secret: "old",
  });
  const byNew = await exchange(emulators, {
    code: await getCode(emulators),
    client_secret: "new",
  });

  expect([byOld.status, byNew.status]).toEqual([200, 200]);
});

test("a form is accepted, but a Basic header does not authenticate the client", async () => {
  const emulators = await startJira();
  const code = await getCode(emulators);
  const fields = { grant_type: "authorization_code", code, redirect_uri: CALLBACK };
  const client = { client_id: "jira-1", client_secret: "jira-secret-1" };
  const url = `${emulators.jiraAuthUrl}/oauth/token`;

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
  const emulators = await startJira();

  const response = await postTokenRequest(emulators, { grant_type: "password" });

  expect(await response.json()).toMatchObject({ error: "unsupported_grant_type" });
});

test("a refresh returns another refresh token, and the old access token stays valid", async () => {
  const emulators = await startJira();
  const first = await install(emulators);

  const second = await refresh(emulators, first.refresh_token);

  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect((await getApi(emulators, "/me", first.access_token)).status).toBe(200);
  expect((await getApi(emulators, "/me", second.access_token)).status).toBe(200);
});

test("a used refresh token works within the leeway", async () => {
  const emulators = await startJira();
  const { refresh_token } = await install(emulators);
  await refresh(emulators, refresh_token);
  await emulators.control.letTimePass(599);

  const again = await postRefresh(emulators, refresh_token);

  expect(again.status).toBe(200);
});

test("a use within the leeway does not extend it", async () => {
  const emulators = await startJira();
  const { refresh_token } = await install(emulators);
  await refresh(emulators, refresh_token);
  await emulators.control.letTimePass(599);
  await refresh(emulators, refresh_token);
  await emulators.control.letTimePass(1);

  const afterwards = await postRefresh(emulators, refresh_token);

  expect(afterwards.status).toBe(403);
});

test("reuse after the leeway revokes all tokens of the same consent", async () => {
  const emulators = await startJira();
  const first = await install(emulators);
  const second = await refresh(emulators, first.refresh_token);
  const other = await install(emulators, { account: "noah" });
  await emulators.control.letTimePass(600);

  const reused = await postRefresh(emulators, first.refresh_token);

  expect(reused.status).toBe(403);
  expect(await reused.json()).toEqual(DEAD);
  expect((await postRefresh(emulators, second.refresh_token)).status).toBe(403);
  expect((await getApi(emulators, "/me", second.access_token)).status).toBe(401);
  expect((await postRefresh(emulators, other.refresh_token)).status).toBe(200);
});

test("an access token expires after an hour", async () => {
  const emulators = await startJira();
  const { access_token } = await install(emulators);

  await emulators.control.letTimePass(3599);
  const alive = await getApi(emulators, "/me", access_token);
  await emulators.control.letTimePass(1);
  const expired = await getApi(emulators, "/me", access_token);

  expect([alive.status, expired.status]).toEqual([200, 401]);
});

test("a refresh token expires after ninety days without use", async () => {
  const emulators = await startJira();
  const first = await install(emulators);
  await emulators.control.letTimePass(89 * 86_400);
  const second = await refresh(emulators, first.refresh_token);
  await emulators.control.letTimePass(89 * 86_400);
  const third = await refresh(emulators, second.refresh_token);

  await emulators.control.letTimePass(90 * 86_400);

  expect((await postRefresh(emulators, third.refresh_token)).status).toBe(403);
});

test("the documented error of an invalid refresh token can be configured", async () => {
  const emulators = await startJira();
  const response = await fetch(`${emulators.url}/_control/jira`, {
    method: "PATCH",
    body: JSON.stringify({ dead_refresh_token: "invalid_grant" }),
  });

  const dead = await postRefresh(emulators, "eyJFAKE");

  expect(response.status).toBe(204);
  expect(dead.status).toBe(403);
  expect(await dead.json()).toEqual({
    error: "invalid_grant",
    error_description: "Unknown or invalid refresh token.",
  });
});

test("revoking removes the grant and the tokens of one account only", async () => {
  const emulators = await startJira();
  const other = await install(emulators, { account: "mia" });
  const his = await install(emulators, { account: "noah" });

  const count = await emulators.control.revoke("jira", "mia");

  expect(count).toBe(1);
  expect(jiraOf(emulators).accounts("mia")).toMatchObject([{ grant: null }]);
  expect(await (await postRefresh(emulators, other.refresh_token)).json()).toEqual(DEAD);
  expect((await getApi(emulators, "/me", other.access_token)).status).toBe(401);
  expect((await getApi(emulators, "/me", his.access_token)).status).toBe(200);
});

test("tokens, families and grants survive a restart, as hashes", async () => {
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

test("an app with another client id cannot refresh the tokens of the first", async () => {
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

test("a reset deletes tokens and grants and restores sites and settings", async () => {
  const emulators = await startJira();
  const jira = jiraOf(emulators);
  const { access_token } = await install(emulators);
  jira.configure({ deadRefreshToken: "invalid_grant" });
  await jira.setSites("noah", []);

  await emulators.control.reset();

  expect((await getApi(emulators, "/me", access_token)).status).toBe(401);
  expect(await (await postRefresh(emulators, "eyJFAKE")).json()).toEqual(DEAD);
  expect(jira.accounts("noah")).toMatchObject([{ grant: null, sites: [{ name: "acme" }] }]);
});
