import * as v from "valibot";
import { expect, test } from "vitest";
import { getApi } from "./emulated-github.ts";
import { APP_ID, callApi, mint, startApp, userToken } from "./emulated-github-app.ts";

const Repository = v.object({ id: v.number(), name: v.string() });
const Repositories = v.object({ repositories: v.array(Repository) });

test("an installation token is about 520 characters with dots, and lives for an hour", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });

  const { token, expires_at } = await mint(platforms, id);
  await platforms.control.letTimePass(3_595);
  const before = await callApi(platforms, "GET", "/installation/repositories", { bearer: token });
  await platforms.control.letTimePass(5);
  const after = await callApi(platforms, "GET", "/installation/repositories", { bearer: token });

  expect(token).toMatch(new RegExp(`^ghs_${APP_ID}_eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+$`));
  expect(token.length).toBeGreaterThan(500);
  expect(token.length).toBeLessThan(560);
  expect(expires_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(5_000);
  expect([before.status, after.status]).toEqual([200, 401]);
});

test("a token that is minted after time was let pass expires in an hour of the real clock", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  await platforms.control.letTimePass(86_400);

  const { expires_at } = await mint(platforms, id);

  expect(Math.abs(Date.parse(expires_at) - Date.now() - 3_600_000)).toBeLessThan(5_000);
});

test("a mint answers 201 with all that the installation grants", async () => {
  const platforms = await startApp({ permissions: { contents: "write", email_addresses: "read" } });
  const { id } = await platforms.control.github.install({ account: "octo-org" });

  const response = await callApi(platforms, "POST", `/app/installations/${id}/access_tokens`);

  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({
    token: expect.stringMatching(/^ghs_/),
    expires_at: expect.any(String),
    permissions: { contents: "write" },
    repository_selection: "all",
  });
});

test("several tokens of one installation live side by side, and each ends by itself", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const [first, second] = await Promise.all([mint(platforms, id), mint(platforms, id)]);

  const ended = await callApi(platforms, "DELETE", "/installation/token", { bearer: first.token });

  const path = "/installation/repositories";
  const byFirst = await callApi(platforms, "GET", path, { bearer: first.token });
  const bySecond = await callApi(platforms, "GET", path, { bearer: second.token });
  expect([ended.status, byFirst.status, bySecond.status]).toEqual([204, 401, 200]);
});

test("a token narrowed to a repository reaches no other", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const wide = await mint(platforms, id);
  const all = await callApi(platforms, "GET", "/installation/repositories", { bearer: wide.token });
  const { repositories } = v.parse(Repositories, await all.json());
  const docs = repositories.find(({ name }) => name === "docs");

  const byName = await mint(platforms, id, { repositories: ["API"] });
  const byId = await mint(platforms, id, { repository_ids: [docs?.id] });

  expect(repositories.map(({ name }) => name)).toEqual(["api", "website", "docs"]);
  expect(await statuses(platforms, wide.token, ["/api", "/docs"])).toEqual([200, 200]);
  expect(await statuses(platforms, byName.token, ["/api", "/docs"])).toEqual([200, 404]);
  expect(await statuses(platforms, byId.token, ["/api", "/docs"])).toEqual([404, 200]);
});

test("a mint that is narrowed to repositories names them", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });

  const response = await callApi(platforms, "POST", `/app/installations/${id}/access_tokens`, {
    body: { repositories: ["api"] },
  });

  expect(await response.json()).toMatchObject({
    repository_selection: "selected",
    repositories: [{ name: "api", full_name: "octo-org/api", private: true }],
  });
});

test("a token narrowed to a permission may do no more", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const wide = await mint(platforms, id);
  const narrow = await mint(platforms, id, { permissions: { contents: "read" } });

  const paths = ["/api", "/api/contents", "/api/issues"];
  const refused = await callApi(platforms, "GET", "/repos/octo-org/api/issues", {
    bearer: narrow.token,
  });

  expect(await statuses(platforms, wide.token, paths)).toEqual([200, 200, 200]);
  expect(await statuses(platforms, narrow.token, paths)).toEqual([200, 200, 403]);
  expect(refused.headers.get("x-accepted-github-permissions")).toBe("issues=read");
  expect(await refused.json()).toMatchObject({
    message: "Resource not accessible by integration",
  });
});

test("a permission to read is not one to write", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const reader = await mint(platforms, id, { permissions: { issues: "read" } });
  const writer = await mint(platforms, id, { permissions: { issues: "write" } });

  const path = "/repos/octo-org/api/issues";
  const byReader = await callApi(platforms, "POST", path, { bearer: reader.token, body: {} });
  const byWriter = await callApi(platforms, "POST", path, { bearer: writer.token, body: {} });

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
  ["repositories that are no list", { repositories: "api" }, "Validation Failed"],
  ["501 repositories", { repositories: Array(501).fill("api") }, "Validation Failed"],
])("a mint with %s gets 422", async (_, body, message) => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({
    account: "octo-org",
    repositories: ["api"],
    permissions: { contents: "read" },
  });

  const response = await callApi(platforms, "POST", `/app/installations/${id}/access_tokens`, {
    body,
  });

  expect(response.status).toBe(422);
  expect(await response.json()).toMatchObject({ message });
});

test("a mint for an installation that is unknown or gone gets 404", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const { token } = await mint(platforms, id);
  await platforms.control.github.uninstall({ account: "octo-org" });

  const gone = await callApi(platforms, "POST", `/app/installations/${id}/access_tokens`);
  const unknown = await callApi(platforms, "POST", "/app/installations/1/access_tokens");
  const byToken = await callApi(platforms, "GET", "/installation/repositories", { bearer: token });

  expect([gone.status, unknown.status, byToken.status]).toEqual([404, 404, 401]);
});

test("while an installation is suspended nothing is minted, and its tokens rest", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const { token } = await mint(platforms, id);
  const path = `/app/installations/${id}/access_tokens`;

  await platforms.control.github.suspend({ account: "octo-org" });
  const refused = await callApi(platforms, "POST", path);
  const during = await statuses(platforms, token, ["/api"]);
  await platforms.control.github.unsuspend({ account: "octo-org" });

  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ message: "This installation has been suspended" });
  expect(during).toEqual([403]);
  expect(await statuses(platforms, token, ["/api"])).toEqual([200]);
});

test("an installation token stands for no user", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const { token } = await mint(platforms, id);

  const paths = ["/user", "/user/emails", "/user/installations", "/user/memberships/orgs/octo-org"];
  const answers = [];
  for (const path of paths) answers.push(await getApi(platforms, path, token));

  expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 403]);
  expect(await answers[0]?.json()).toMatchObject({
    message: "Resource not accessible by integration",
  });
});

test("a user token is no installation token, but reaches what user and App both reach", async () => {
  const platforms = await startApp();
  await platforms.control.github.install({ account: "octo-org", repositories: ["api", "docs"] });
  const mona = await userToken(platforms, "mona");

  const list = await getApi(platforms, "/installation/repositories", mona);

  expect(list.status).toBe(403);
  expect(await statuses(platforms, mona, ["/docs", "/api", "/website"])).toEqual([200, 404, 404]);
});

test("mints and refreshes can be counted in the request log", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  await mint(platforms, id);
  await mint(platforms, id);
  await platforms.control.github.suspend({ account: "octo-org" });
  await callApi(platforms, "POST", `/app/installations/${id}/access_tokens`);

  const mints = platforms.control
    .requests()
    .filter(({ path }) => path === `/api/app/installations/${id}/access_tokens`);

  expect(mints.map(({ method, status }) => [method, status])).toEqual([
    ["POST", 201],
    ["POST", 201],
    ["POST", 403],
  ]);
});

/** How a token fares with repositories of octo-org. */
async function statuses(
  platforms: Parameters<typeof getApi>[0],
  token: string,
  paths: readonly string[],
): Promise<number[]> {
  const answers = [];
  for (const path of paths) answers.push(await getApi(platforms, `/repos/octo-org${path}`, token));
  return answers.map(({ status }) => status);
}
