import * as v from "valibot";
import { expect, test } from "vitest";
import { getApi } from "./emulated-github.ts";
import { APP_ID, callApi, mint, startApp, userToken } from "./emulated-github-app.ts";

const Repository = v.object({ id: v.number(), name: v.string() });
const Repositories = v.object({ repositories: v.array(Repository) });

test("an installation token has about 520 characters with dots and expires after an hour", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });

  const { token, expires_at } = await mint(emulators, id);
  await emulators.control.letTimePass(3_595);
  const before = await callApi(emulators, "GET", "/installation/repositories", { bearer: token });
  await emulators.control.letTimePass(5);
  const after = await callApi(emulators, "GET", "/installation/repositories", { bearer: token });

  expect(token).toMatch(new RegExp(`^ghs_${APP_ID}_eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+$`));
  expect(token.length).toBeGreaterThan(500);
  expect(token.length).toBeLessThan(560);
  expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  expect([before.status, after.status]).toEqual([200, 401]);
});

test("a token minted after the clock was advanced has an expires_at in an hour of real time", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  await emulators.control.letTimePass(86_400);

  const { expires_at } = await mint(emulators, id);

  expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(5_000);
});

test("minting returns 201 and all permissions of the installation", async () => {
  const emulators = await startApp({ permissions: { contents: "write", email_addresses: "read" } });
  const { id } = await emulators.control.github.install({ account: "octo-org" });

  const response = await callApi(emulators, "POST", `/app/installations/${id}/access_tokens`);

  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({
    token: expect.stringMatching(/^ghs_/),
    expires_at: expect.any(String),
    permissions: { contents: "write" },
    repository_selection: "all",
  });
});

test("several tokens of one installation are valid at once and revoked one by one", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const [first, second] = await Promise.all([mint(emulators, id), mint(emulators, id)]);

  const revoked = await callApi(emulators, "DELETE", "/installation/token", {
    bearer: first.token,
  });

  const path = "/installation/repositories";
  const byFirst = await callApi(emulators, "GET", path, { bearer: first.token });
  const bySecond = await callApi(emulators, "GET", path, { bearer: second.token });
  expect([revoked.status, byFirst.status, bySecond.status]).toEqual([204, 401, 200]);
});

test("a token narrowed to a repository has no access to others", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const wide = await mint(emulators, id);
  const all = await callApi(emulators, "GET", "/installation/repositories", { bearer: wide.token });
  const { repositories } = v.parse(Repositories, await all.json());
  const docs = repositories.find(({ name }) => name === "docs");

  const byName = await mint(emulators, id, { repositories: ["API"] });
  const byId = await mint(emulators, id, { repository_ids: [docs?.id] });

  expect(repositories.map(({ name }) => name)).toEqual(["api", "website", "docs"]);
  expect(await statuses(emulators, wide.token, ["/api", "/docs"])).toEqual([200, 200]);
  expect(await statuses(emulators, byName.token, ["/api", "/docs"])).toEqual([200, 404]);
  expect(await statuses(emulators, byId.token, ["/api", "/docs"])).toEqual([404, 200]);
});

test("the response to a narrowed request lists its repositories", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });

  const response = await callApi(emulators, "POST", `/app/installations/${id}/access_tokens`, {
    body: { repositories: ["api"] },
  });

  expect(await response.json()).toMatchObject({
    repository_selection: "selected",
    repositories: [{ name: "api", full_name: "octo-org/api", private: true }],
  });
});

test("a token narrowed to a permission has no other permission", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const wide = await mint(emulators, id);
  const narrow = await mint(emulators, id, { permissions: { contents: "read" } });

  const paths = ["/api", "/api/contents", "/api/issues"];
  const refused = await callApi(emulators, "GET", "/repos/octo-org/api/issues", {
    bearer: narrow.token,
  });

  expect(await statuses(emulators, wide.token, paths)).toEqual([200, 200, 200]);
  expect(await statuses(emulators, narrow.token, paths)).toEqual([200, 200, 403]);
  expect(refused.headers.get("x-accepted-github-permissions")).toBe("issues=read");
  expect(await refused.json()).toMatchObject({
    message: "Resource not accessible by integration",
  });
});

test("a read permission does not allow writing", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const reader = await mint(emulators, id, { permissions: { issues: "read" } });
  const writer = await mint(emulators, id, { permissions: { issues: "write" } });

  const path = "/repos/octo-org/api/issues";
  const body = { title: "It does not work" };
  const byReader = await callApi(emulators, "POST", path, { bearer: reader.token, body });
  const byWriter = await callApi(emulators, "POST", path, { bearer: writer.token, body });

  expect([byReader.status, byWriter.status]).toEqual([403, 201]);
});

const NOT_GRANTED = "The permissions requested are not granted to this installation.";
const NOT_REACHED =
  "There is at least one repository that does not exist or is not accessible to the parent installation.";

test.each([
  ["a permission that is not granted", { permissions: { pages: "read" } }, NOT_GRANTED],
  ["a wider permission than granted", { permissions: { contents: "write" } }, NOT_GRANTED],
  ["a level that does not exist", { permissions: { contents: "own" } }, "Validation Failed"],
  ["a repository that does not exist", { repositories: ["api", "secrets"] }, NOT_REACHED],
  ["a repository that was not selected", { repositories: ["docs"] }, NOT_REACHED],
  ["a repository id that does not exist", { repository_ids: [1] }, NOT_REACHED],
  ["repositories that are not a list", { repositories: "api" }, "Validation Failed"],
  ["501 repositories", { repositories: Array(501).fill("api") }, "Validation Failed"],
])("minting with %s returns 422", async (_, body, message) => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({
    account: "octo-org",
    repositories: ["api"],
    permissions: { contents: "read" },
  });

  const response = await callApi(emulators, "POST", `/app/installations/${id}/access_tokens`, {
    body,
  });

  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ message });
});

test("minting for an unknown or deleted installation returns 404", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const { token } = await mint(emulators, id);
  await emulators.control.github.uninstall({ account: "octo-org" });

  const gone = await callApi(emulators, "POST", `/app/installations/${id}/access_tokens`);
  const unknown = await callApi(emulators, "POST", "/app/installations/1/access_tokens");
  const byToken = await callApi(emulators, "GET", "/installation/repositories", { bearer: token });

  expect([gone.status, unknown.status, byToken.status]).toEqual([404, 404, 401]);
});

test("a suspended installation mints no tokens, and its tokens do not work", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const { token } = await mint(emulators, id);
  const path = `/app/installations/${id}/access_tokens`;

  await emulators.control.github.suspend({ account: "octo-org" });
  const refused = await callApi(emulators, "POST", path);
  const during = await statuses(emulators, token, ["/api"]);
  await emulators.control.github.unsuspend({ account: "octo-org" });

  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ message: "This installation has been suspended" });
  expect(during).toEqual([403]);
  expect(await statuses(emulators, token, ["/api"])).toEqual([200]);
});

test("an installation token cannot read /user", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const { token } = await mint(emulators, id);

  const paths = ["/user", "/user/emails", "/user/installations", "/user/memberships/orgs/octo-org"];
  const responses = [];
  for (const path of paths) responses.push(await getApi(emulators, path, token));

  expect(responses.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect(await responses[0]?.json()).toMatchObject({
    message: "Resource not accessible by integration",
  });
});

test("a user token has access to the repositories of both the user and the App", async () => {
  const emulators = await startApp();
  await emulators.control.github.install({ account: "octo-org", repositories: ["api", "docs"] });
  const mona = await userToken(emulators, "mona");

  const list = await getApi(emulators, "/installation/repositories", mona);

  expect(list.status).toBe(403);
  expect(await statuses(emulators, mona, ["/docs", "/api", "/website"])).toEqual([200, 404, 404]);
});

test("the request log lists mints and refreshes", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  await mint(emulators, id);
  await mint(emulators, id);
  await emulators.control.github.suspend({ account: "octo-org" });
  await callApi(emulators, "POST", `/app/installations/${id}/access_tokens`);

  const mints = emulators.control
    .requests()
    .filter(({ path }) => path === `/api/app/installations/${id}/access_tokens`);

  expect(mints.map(({ method, status }) => [method, status])).toEqual([
    ["POST", 201],
    ["POST", 201],
    ["POST", 403],
  ]);
});

/** Returns the statuses of requests for repositories of octo-org. */
async function statuses(
  emulators: Parameters<typeof getApi>[0],
  token: string,
  paths: readonly string[],
): Promise<number[]> {
  const responses = [];
  for (const path of paths)
    responses.push(await getApi(emulators, `/repos/octo-org${path}`, token));
  return responses.map(({ status }) => status);
}
