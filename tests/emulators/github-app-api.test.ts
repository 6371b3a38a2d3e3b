import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { install as authorize, getApi } from "./emulated-github.ts";
import { callApi, startApp, userToken } from "./emulated-github-app.ts";

const Visible = v.object({
  total_count: v.number(),
  installations: v.array(v.object({ account: v.object({ id: v.number() }) })),
});

test("an installation shows its account, its permissions and the app", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({
    account: "octo-org",
    permissions: { contents: "read" },
  });

  const response = await callApi(emulators, "GET", `/app/installations/${id}`);

  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    id,
    app_id: 111,
    client_id: "app-1",
    app_slug: "grantkeep",
    account: { login: "octo-org", id: 9919, type: "Organization" },
    target_id: 9919,
    target_type: "Organization",
    repository_selection: "all",
    permissions: { contents: "read" },
    events: [],
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    suspended_at: null,
    suspended_by: null,
  });
});

test("any login that is not an organization is a user", async () => {
  const emulators = await startApp();

  const octocats = await emulators.control.github.install({ account: "octocat" });
  const others = await emulators.control.github.install({ account: "org-17" });

  expect(octocats).toMatchObject({ account: { id: 583231, type: "User" }, target_type: "User" });
  expect(others).toMatchObject({ account: { id: 270835778730268, type: "User" } });
});

test("an enterprise has a slug and a name, and neither login nor type", async () => {
  const emulators = await startApp();

  const { account, target_type } = await emulators.control.github.install({
    account: "big-co",
    type: "Enterprise",
  });

  expect(target_type).toBe("Enterprise");
  expect(account).toMatchObject({ slug: "big-co", name: "big-co" });
  expect(Object.keys(account)).not.toContain("login");
  expect(Object.keys(account)).not.toContain("type");
});

test("installations are listed in pages with links to the others", async () => {
  const emulators = await startApp();
  for (const account of ["octocat", "octo-org", "mona"]) {
    await emulators.control.github.install({ account });
  }

  const first = await callApi(emulators, "GET", "/app/installations?per_page=2");
  const second = await callApi(emulators, "GET", "/app/installations?per_page=2&page=2");
  const third = await callApi(emulators, "GET", "/app/installations?per_page=2&page=3");

  const url = `${emulators.githubApiUrl}/app/installations?per_page=2`;
  expect(first.headers.get("link")).toBe(
    `<${url}&page=2>; rel="next", <${url}&page=2>; rel="last"`,
  );
  expect(second.headers.get("link")).toContain('rel="prev"');
  expect(await first.json()).toMatchObject([
    { account: { login: "octocat" } },
    { account: { login: "octo-org" } },
  ]);
  expect(await second.json()).toMatchObject([{ account: { login: "mona" } }]);
  expect(await third.json()).toEqual([]);
});

test("a page has at most a hundred items", async () => {
  const emulators = await startApp();
  for (let number = 1; number <= 101; number += 1) {
    await emulators.control.github.install({ account: `org-${number}` });
  }

  const response = await callApi(emulators, "GET", "/app/installations?per_page=1000");

  expect(await response.json()).toHaveLength(100);
});

test("the App can suspend, unsuspend and delete an installation", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const path = `/app/installations/${id}`;

  const suspended = await callApi(emulators, "PUT", `${path}/suspended`);
  const shown = await callApi(emulators, "GET", path);
  const unsuspended = await callApi(emulators, "DELETE", `${path}/suspended`);
  const deleted = await callApi(emulators, "DELETE", path);
  const gone = await callApi(emulators, "GET", path);
  const again = await callApi(emulators, "DELETE", path);

  expect([suspended.status, unsuspended.status, deleted.status]).toEqual([204, 204, 204]);
  expect([gone.status, again.status]).toEqual([404, 404]);
  expect(await shown.json()).toMatchObject({
    suspended_at: expect.stringMatching(/Z$/),
    suspended_by: { login: "grantkeep[bot]", type: "Bot" },
  });
});

test("a user sees the installations of repositories that they have access to", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.createOrganization({
    login: "acme",
    id: 77,
    repositories: ["api", "web"],
    people: [
      { login: "owner", role: "admin" },
      { login: "member", repositories: ["web"] },
      { login: "outsider", role: "collaborator", repositories: ["web"] },
      { login: "other-member", repositories: ["api"] },
      { login: "accountant", role: "billing_manager", repositories: [] },
      { login: "invited", role: "admin", state: "pending" },
    ],
  });
  await github.install({ account: "acme", repositories: ["web"] });
  await github.install({ account: "stranger" });

  const seen: Record<string, number[]> = {};
  for (const login of [
    "owner",
    "member",
    "outsider",
    "other-member",
    "accountant",
    "invited",
    "stranger",
  ]) {
    const { installations } = await listVisible(emulators, login);
    seen[login] = installations.map(({ account }) => account.id);
  }

  expect(seen).toEqual({
    owner: [77],
    member: [77],
    outsider: [77],
    "other-member": [],
    accountant: [],
    invited: [],
    stranger: [expect.any(Number)],
  });
});

test("an owner sees an installation without any repository", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.createOrganization({
    login: "empty",
    repositories: [],
    people: [{ login: "ann", role: "admin" }],
  });
  await github.install({ account: "empty" });

  expect(await listVisible(emulators, "ann")).toMatchObject({ total_count: 1 });
});

test("an enterprise's installation is listed for its installer, even while suspended", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.install({ account: "big-co", type: "Enterprise", by: "ann" });
  await github.install({ account: "octo-org" });
  await github.suspend({ account: "octo-org" });

  expect(await listVisible(emulators, "ann")).toMatchObject({ total_count: 1 });
  expect(await listVisible(emulators, "octocat")).toMatchObject({
    installations: [{ account: { id: 9919 } }],
  });
});

test("a membership has a role and a state", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.createOrganization({
    login: "Acme",
    people: [
      { login: "ann", role: "admin" },
      { login: "bob", state: "pending" },
      { login: "cy", role: "collaborator" },
    ],
  });
  await github.install({ account: "acme" });

  const responses = [];
  for (const login of ["ann", "bob", "cy", "org-17"]) {
    const bearer = await userToken(emulators, login);
    responses.push(await getApi(emulators, "/user/memberships/orgs/ACME", bearer));
  }

  expect(responses.map(({ status }) => status)).toEqual([200, 200, 404, 404]);
  expect(await responses[0]?.json()).toMatchObject({
    role: "admin",
    state: "active",
    organization: { login: "Acme" },
    user: { login: "ann" },
  });
  expect(await responses[1]?.json()).toMatchObject({ role: "member", state: "pending" });
});

test("a membership returns 403 for an App without the permission to read members", async () => {
  const emulators = await startApp();
  const bearer = await userToken(emulators, "octocat");
  const path = "/user/memberships/orgs/octo-org";

  const notInstalled = await getApi(emulators, path, bearer);
  await emulators.control.github.install({
    account: "octo-org",
    permissions: { contents: "read" },
  });
  const notPermitted = await getApi(emulators, path, bearer);

  expect([notInstalled.status, notPermitted.status]).toEqual([403, 403]);
});

test("e-mail addresses require the App's permission", async () => {
  const permitted = await startApp();
  const forbidden = await startApp({ permissions: { contents: "read" } });

  const shown = await getApi(permitted, "/user/emails", await userToken(permitted, "octocat"));
  const refused = await getApi(forbidden, "/user/emails", await userToken(forbidden, "octocat"));

  expect([shown.status, refused.status]).toEqual([200, 403]);
});

test("only organizations with an installation are listed", async () => {
  const emulators = await startApp();
  const bearer = await userToken(emulators, "mona");
  await emulators.control.github.install({ account: "octo-org" });

  const response = await getApi(emulators, "/user/orgs", bearer);

  expect(await response.json()).toEqual([{ id: 9919, login: "octo-org" }]);
});

test("a renamed organization keeps its id, its people and its installation", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  const { id } = await github.install({ account: "octo-org" });
  await github.rename({ account: "octo-org", to: "Octo-Corp" });

  const installation = await callApi(emulators, "GET", `/app/installations/${id}`);
  const bearer = await userToken(emulators, "octocat");
  const before = await getApi(emulators, "/user/memberships/orgs/octo-org", bearer);
  const after = await getApi(emulators, "/user/memberships/orgs/octo-corp", bearer);

  expect(await installation.json()).toMatchObject({ account: { login: "Octo-Corp", id: 9919 } });
  expect([before.status, after.status]).toEqual([404, 200]);
});

test("a renamed user keeps its id, tokens and memberships, and the old login is another account", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.install({ account: "octo-org" });
  const old = await authorize(emulators);
  await github.rename({ account: "octocat", to: "first-cat" });
  await github.rename({ account: "first-cat", to: "Cat" });

  const user = await getApi(emulators, "/user", old.access_token);
  const membership = await getApi(emulators, "/user/memberships/orgs/octo-org", old.access_token);
  const newcomer = await getApi(emulators, "/user", await userToken(emulators, "octocat"));

  expect(await user.json()).toMatchObject({ login: "cat", id: 583231, name: "The Octocat" });
  expect(await membership.json()).toMatchObject({ role: "admin" });
  expect(await newcomer.json()).toMatchObject({ login: "octocat", id: expect.any(Number) });
});

async function listVisible(emulators: Emulators, login: string) {
  const bearer = await userToken(emulators, login);
  const response = await getApi(emulators, "/user/installations?per_page=100", bearer);
  return v.parse(Visible, await response.json());
}
