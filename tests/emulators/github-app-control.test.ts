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

test("installations, requests, organizations and tokens survive a restart", async () => {
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

test("an installation token is on disk before it is sent, as a hash", async () => {
  const stateFile = await makeStateFile();
  const emulators = await startApp({}, {}, { stateFile });
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const { token } = await mint(emulators, id);

  const text = await readFile(stateFile, "utf8");

  expect(text).toContain(`"installationId":${id}`);
  expect(text).not.toContain(token);
});

test("another App does not see the installations of the first", async () => {
  const stateFile = await makeStateFile();
  const before = await startApp({}, {}, { stateFile });
  const { id } = await before.control.github.install({ account: "octo-org" });
  await before.close();

  const after = await startApp({ appId: 222 }, { clientId: "app-2" }, { stateFile });
  const response = await callApi(after, "GET", `/app/installations/${id}`);

  expect(response.status).toBe(404);
  expect(after.control.github.installations()).toEqual([]);
});

test("a reset deletes installations, organizations, renames and webhooks", async () => {
  const { url } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });
  const { github } = emulators.control;
  await github.createOrganization({ login: "acme" });
  const { id } = await github.install({ account: "octo-org" });
  await github.rename({ account: "octo-org", to: "octo-corp" });

  await emulators.control.reset();

  const gone = await callApi(emulators, "GET", `/app/installations/${id}`);
  expect(gone.status).toBe(404);
  expect(await github.deliveries()).toEqual([]);
  expect(await github.install({ account: "octo-org" })).toMatchObject({ account: { id: 9919 } });
  expect(await github.install({ account: "acme" })).toMatchObject({ account: { type: "User" } });
});

test("every action is available over HTTP", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });
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
    statuses.push((await control(emulators, "POST", path, body)).status);
  }
  await clickInstall(emulators, { target_id: "77", login: "bob" });
  const requests = await control(emulators, "GET", "/requests");
  const approved = await control(emulators, "POST", "/approve", { account: "acme-corp" });
  const installations = await control(emulators, "GET", "/installations");
  const deliveries = await control(emulators, "GET", "/deliveries");

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
  ["an account without a request", "/approve", { account: "octo-org" }],
  ["a second install", "/installations", { account: "octocat" }],
  ["an account that is not suspended", "/unsuspend", { account: "octocat" }],
  ["an organization with the login of a user", "/organizations", { login: "mona" }],
  ["the login of an organization", "/rename", { account: "octocat", to: "octo-org" }],
  ["an unknown delivery", "/deliveries/redeliver", { id: 7 }],
  ["an App without a webhook URL", "/deliveries", { event: "ping", payload: {} }],
])("%s is refused with a reason", async (_, path, body) => {
  const emulators = await startApp();
  await emulators.control.github.install({ account: "octocat" });

  const response = await control(emulators, "POST", path, body);

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
  ["a login that GitHub does not allow", "/installations", { account: "-a-" }],
  ["a field that does not exist", "/suspend", { account: "octo-org", minutes: 1 }],
  [
    "a level that does not exist",
    "/permissions",
    { account: "a", permissions: { contents: "own" } },
  ],
])("%s is refused", async (_, path, body) => {
  const emulators = await startApp();

  const response = await control(emulators, "POST", path, body);

  expect(response.status).toBe(400);
});

test("an OAuth App has organizations but no installations", async () => {
  const emulators = await start();
  const { github } = emulators.control;
  await github.createOrganization({ login: "acme", id: 77, people: [{ login: "octocat" }] });
  const { access_token } = await authorize(emulators, { scope: "read:org" });

  const organizations = await getApi(emulators, "/user/orgs", access_token);

  expect(await organizations.json()).toContainEqual({ id: 77, login: "acme" });
  await expect(github.install({ account: "acme" })).rejects.toThrow("OAuth App");
});

test("closing aborts a webhook whose receiver does not respond", async () => {
  const { url } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });
  const silent = await startApp({ webhookUrl: `${emulators.url}/github/login/oauth/authorize` });
  emulators.control.addFault({ platform: "github", fault: { kind: "hang" } });
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

/** Returns a path in a new folder, which is deleted after the test. */
async function makeStateFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "platforms-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return join(folder, "state.json");
}
