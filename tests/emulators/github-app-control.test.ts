import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { install as authorize, getApi, start } from "./emulated-github.ts";
import {
  callApi,
  clickInstall,
  mint,
  startApp,
  startReceiver,
  userToken,
} from "./emulated-github-app.ts";

test("installations, requests, organizations and tokens outlive a restart", async () => {
  const stateFile = await makeStateFile();
  const before = await startApp({}, {}, { stateFile });
  await before.control.github.createOrganization({
    login: "acme",
    people: [{ login: "ann", role: "admin" }, { login: "bob" }],
  });
  const { id } = await before.control.github.install({ account: "acme" });
  const { token } = await mint(before, id);
  const user = await userToken(before, "ann");
  await clickInstall(before, { target_id: "9919", login: "mona" });
  await before.control.github.suspend({ account: "acme" });
  await before.close();

  const after = await startApp({}, {}, { stateFile });
  await after.control.github.unsuspend({ account: "acme" });
  const installation = await callApi(after, "GET", `/app/installations/${id}`);
  const repositories = await getApi(after, "/installation/repositories", token);
  const membership = await getApi(after, "/user/memberships/orgs/acme", user);

  expect([installation.status, repositories.status, membership.status]).toEqual([200, 200, 200]);
  expect(after.control.github.requests()).toMatchObject([{ requester: { login: "mona" } }]);
});

test("an installation token is on disk before it is handed out, and only by its hash", async () => {
  const stateFile = await makeStateFile();
  const platforms = await startApp({}, {}, { stateFile });
  const { id } = await platforms.control.github.install({ account: "octo-org" });
  const { token } = await mint(platforms, id);

  const text = await readFile(stateFile, "utf8");

  expect(text).toContain(`"installationId":${id}`);
  expect(text).not.toContain(token);
});

test("another App does not see what the first was installed on", async () => {
  const stateFile = await makeStateFile();
  const before = await startApp({}, {}, { stateFile });
  const { id } = await before.control.github.install({ account: "octo-org" });
  await before.close();

  const after = await startApp({ appId: 222 }, { clientId: "app-2" }, { stateFile });
  const response = await callApi(after, "GET", `/app/installations/${id}`);

  expect(response.status).toBe(404);
  expect(after.control.github.installations()).toEqual([]);
});

test("a reset forgets installations, organizations, renames and webhooks", async () => {
  const { url } = await startReceiver();
  const platforms = await startApp({ webhookUrl: url });
  const { github } = platforms.control;
  await github.createOrganization({ login: "acme" });
  const { id } = await github.install({ account: "octo-org" });
  await github.rename({ account: "octo-org", to: "octo-corp" });

  await platforms.control.reset();

  const gone = await callApi(platforms, "GET", `/app/installations/${id}`);
  expect(gone.status).toBe(404);
  expect(await github.deliveries()).toEqual([]);
  expect(await github.install({ account: "octo-org" })).toMatchObject({ account: { id: 9919 } });
  expect(await github.install({ account: "acme" })).toMatchObject({ account: { type: "User" } });
});

test("all of it can be done over HTTP", async () => {
  const { url, received } = await startReceiver();
  const platforms = await startApp({ webhookUrl: url });
  const people = [{ login: "ann", role: "admin" }, { login: "bob" }];

  const statuses = [];
  for (const [path, body] of [
    ["/organizations", { login: "acme", id: 77, repositories: ["api"], people }],
    ["/installations", { account: "acme", permissions: { contents: "read" } }],
    ["/suspend", { account: "acme", by: "ann" }],
    ["/unsuspend", { account: "acme" }],
    ["/permissions", { account: "acme", permissions: { contents: "write" } }],
    ["/repositories", { account: "acme", repositories: [] }],
    ["/rename", { account: "acme", to: "acme-corp" }],
    ["/uninstall", { account: "acme-corp" }],
    ["/deliveries/hold", {}],
    ["/deliveries/release", { ids: [] }],
    ["/deliveries/release", {}],
    ["/deliveries/redeliver", { id: 1 }],
    ["/deliveries", { event: "ping", payload: {} }],
  ] as const) {
    statuses.push((await control(platforms, "POST", path, body)).status);
  }
  await clickInstall(platforms, { target_id: "77", login: "bob" });
  const requests = await control(platforms, "GET", "/requests");
  const approved = await control(platforms, "POST", "/approve", { account: "acme-corp" });
  const installations = await control(platforms, "GET", "/installations");
  const deliveries = await control(platforms, "GET", "/deliveries");

  expect(statuses).toEqual([201, 201, 204, 204, 200, 200, 204, 204, 204, 204, 204, 200, 201]);
  expect(await requests.json()).toMatchObject({ requests: [{ requester: { login: "bob" } }] });
  expect(approved.status).toBe(201);
  expect(await installations.json()).toMatchObject({
    installations: [{ account: { login: "acme-corp", id: 77 } }],
  });
  expect(await deliveries.json()).toMatchObject({
    deliveries: received.map(({ headers }) => ({ guid: headers["x-github-delivery"] })),
  });
  expect(received.map(({ headers }) => headers["x-github-event"])).toEqual([
    "installation",
    "installation",
    "installation",
    "installation",
    "installation_repositories",
    "installation_target",
    "installation",
    "installation",
    "ping",
    "installation",
  ]);
});

test.each([
  ["an account without an installation", "/suspend", { account: "octo-org" }],
  ["an account that nobody asked for", "/approve", { account: "octo-org" }],
  ["a second install", "/installations", { account: "octocat" }],
  ["an account that is not suspended", "/unsuspend", { account: "octocat" }],
  ["an organization of a user's name", "/organizations", { login: "mona" }],
  ["a login that is an organization's", "/rename", { account: "octocat", to: "octo-org" }],
  ["a delivery that is not there", "/deliveries/redeliver", { id: 7 }],
  ["an App without a webhook URL", "/deliveries", { event: "ping", payload: {} }],
])("%s is refused with a reason", async (_, path, body) => {
  const platforms = await startApp();
  await platforms.control.github.install({ account: "octocat" });

  const response = await control(platforms, "POST", path, body);

  expect(response.status).toBe(409);
  expect(await response.json()).toMatchObject({
    error: "invalid_request",
    error_description: expect.stringMatching(/\w/),
  });
});

test.each([
  [
    "a role that does not exist",
    "/organizations",
    { login: "a", people: [{ login: "b", role: "king" }] },
  ],
  ["a login that GitHub would not allow", "/installations", { account: "-a-" }],
  ["a field that does not exist", "/suspend", { account: "octo-org", minutes: 1 }],
  [
    "a level that does not exist",
    "/permissions",
    { account: "a", permissions: { contents: "own" } },
  ],
])("%s is refused", async (_, path, body) => {
  const platforms = await startApp();

  const response = await control(platforms, "POST", path, body);

  expect(response.status).toBe(400);
});

test("with an OAuth App there are organizations, and nothing to install", async () => {
  const platforms = await start();
  const { github } = platforms.control;
  await github.createOrganization({ login: "acme", id: 77, people: [{ login: "octocat" }] });
  const { access_token } = await authorize(platforms, { scope: "read:org" });

  const organizations = await getApi(platforms, "/user/orgs", access_token);

  expect(await organizations.json()).toContainEqual({ id: 77, login: "acme" });
  await expect(github.install({ account: "acme" })).rejects.toThrow("OAuth App");
});

test("closing breaks off a webhook whose receiver is silent", async () => {
  const { url } = await startReceiver();
  const platforms = await startApp({ webhookUrl: url });
  const silent = await startApp({ webhookUrl: `${platforms.url}/github/login/oauth/authorize` });
  platforms.control.addFault({ platform: "github", fault: { kind: "hang" } });
  await silent.control.github.install({ account: "octo-org" });

  const closedAt = Date.now();

  await silent.close();

  expect(Date.now() - closedAt).toBeLessThan(5_000);
});

function control(
  { url }: Emulators,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<Response> {
  return fetch(`${url}/_control/github${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
}

/** A path in a new folder, which goes when the test has finished. */
async function makeStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "platforms-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "state.json");
}
