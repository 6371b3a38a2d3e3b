import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import { locationOf } from "./emulated-github.ts";
import {
  callApi,
  clickInstall,
  mint,
  openInstall,
  postInstall,
  SETUP,
  setupParameters,
  startApp,
} from "./emulated-github-app.ts";

const OCTO_ORG = "9919";
const OCTOCAT = "583231";

test("the page offers the personal account, and what can be done in each organization", async () => {
  const platforms = await startApp();
  await platforms.control.github.install({ account: "octocat" });

  const octocats = await openAccounts(platforms, { login: "octocat" });
  const monas = await openAccounts(platforms, { login: "mona" });

  expect(octocats).toContain("Emulated GitHub, on your own computer.");
  expect(verbsOf(octocats)).toEqual({ octocat: "Configure", "octo-org": "Install" });
  expect(verbsOf(monas)).toEqual({
    mona: "Install",
    "octo-org": "Request",
    "github-friends": "Request",
  });
});

test("whoever is signed in is chosen among all whom an organization knows", async () => {
  const platforms = await startApp();
  await platforms.control.github.createOrganization({
    login: "acme",
    people: [{ login: "ann", role: "admin" }],
  });

  const page = await openAccounts(platforms, { login: "ann", state: "state-1" });

  expect(page).toContain('<option value="ann" selected>');
  expect(page).toContain('<option value="mona">');
  expect(page).toContain('<input type="hidden" name="state" value="state-1">');
  expect(verbsOf(page)).toEqual({ ann: "Install", acme: "Install" });
});

test("the pages escape what comes with the request, and what the app is called", async () => {
  const platforms = await startApp({}, { appName: "Robo <b>" });
  const state = `"><script>1</script>`;

  const accounts = await openAccounts(platforms, { state, login: "<i>" });
  const install = await openInstall(platforms, { target_id: OCTO_ORG, state });

  const pages = accounts + (await install.text());
  expect(pages).toContain("Install Robo &lt;b&gt;");
  expect(pages).not.toContain("<script");
  expect(pages).not.toContain("<i>");
});

test("an install goes to the setup URL with its number and the state, and no code", async () => {
  const platforms = await startApp();

  const response = await clickInstall(platforms, { target_id: OCTO_ORG, state: "state-1" });

  const location = locationOf(response);
  const [installation] = platforms.control.github.installations();
  expect(response.status).toBe(302);
  expect(location.origin + location.pathname).toBe(SETUP);
  expect(setupParameters(response)).toEqual({
    installation_id: String(installation?.id),
    setup_action: "install",
    state: "state-1",
  });
  expect(installation).toMatchObject({
    account: { login: "octo-org" },
    repository_selection: "all",
  });
});

test("an install that began without state goes on without it", async () => {
  const platforms = await startApp({ setupUrl: `${SETUP}?tenant=1` });

  const response = await clickInstall(platforms, { target_id: OCTOCAT });

  expect(setupParameters(response)).toEqual({
    tenant: "1",
    installation_id: expect.stringMatching(/^\d+$/),
    setup_action: "install",
  });
});

test("an install on selected repositories is on those alone", async () => {
  const platforms = await startApp();

  await clickInstall(platforms, { target_id: OCTO_ORG }, [
    ["selection", "selected"],
    ["repository", "api"],
    ["repository", "docs"],
  ]);

  const [installation] = platforms.control.github.installations();
  const { token: bearer } = await mint(platforms, installation?.id ?? 0);
  const list = await callApi(platforms, "GET", "/installation/repositories", { bearer });
  expect(installation).toMatchObject({ repository_selection: "selected" });
  expect(await list.json()).toMatchObject({
    total_count: 2,
    repositories: [{ name: "api" }, { name: "docs" }],
  });
});

test("what is installed already is configured: the same number, and an update", async () => {
  const platforms = await startApp();
  const { id } = await platforms.control.github.install({
    account: "octo-org",
    repositories: ["api"],
  });

  const page = await openInstall(platforms, { target_id: OCTO_ORG });
  const saved = await clickInstall(platforms, { target_id: OCTO_ORG });
  const again = await clickInstall(platforms, { target_id: OCTO_ORG, state: "state-2" });

  const text = await page.text();
  expect(text).toContain("Save</button>");
  expect(text).toContain('name="repository" value="api" checked');
  expect(setupParameters(saved)).toEqual({ installation_id: String(id), setup_action: "update" });
  expect(setupParameters(again)).toMatchObject({ setup_action: "update", state: "state-2" });
  expect(platforms.control.github.installations()).toMatchObject([
    { id, repository_selection: "all" },
  ]);
});

test("a member's request comes back without a number, and installs nothing yet", async () => {
  const platforms = await startApp();

  const response = await clickInstall(platforms, {
    target_id: OCTO_ORG,
    login: "mona",
    state: "state-1",
  });

  expect(setupParameters(response)).toEqual({ setup_action: "request", state: "state-1" });
  expect(platforms.control.github.installations()).toEqual([]);
  expect(platforms.control.github.requests()).toMatchObject([
    { account: { login: "octo-org" }, requester: { login: "mona" } },
  ]);
});

test("the App lists what members have asked for, until an owner approves it", async () => {
  const platforms = await startApp();
  await clickInstall(platforms, { target_id: OCTO_ORG, login: "mona" });
  await clickInstall(platforms, { target_id: OCTO_ORG, login: "mona" });

  const before = await callApi(platforms, "GET", "/app/installation-requests");
  const approved = await platforms.control.github.approve({ account: "octo-org" });
  const after = await callApi(platforms, "GET", "/app/installation-requests");

  expect(await before.json()).toMatchObject([{ requester: { login: "mona" } }]);
  expect(await after.json()).toEqual([]);
  expect(approved).toMatchObject({ account: { login: "octo-org" }, suspended_at: null });
});

test("who is no member of an account cannot open its page", async () => {
  const platforms = await startApp();

  const strangers = await openInstall(platforms, { target_id: OCTO_ORG, login: "org-17" });
  const nobodys = await openInstall(platforms, { target_id: "1" });

  expect([strangers.status, nobodys.status]).toEqual([404, 404]);
});

test("whoever loses the role between page and button can only ask", async () => {
  const platforms = await startApp();
  const page = await openInstall(platforms, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  await platforms.control.github.createOrganization({
    login: "octo-org",
    people: [{ login: "octocat", role: "member" }],
  });

  const response = await postInstall(platforms, [
    ["request", request],
    ["decision", "go"],
    ["selection", "all"],
  ]);

  expect(setupParameters(response)).toEqual({ setup_action: "request" });
});

test("a cancelled install changes nothing and stays at GitHub", async () => {
  const platforms = await startApp();

  const page = await openInstall(platforms, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const response = await postInstall(platforms, [
    ["request", request],
    ["decision", "cancel"],
    ["selection", "all"],
  ]);

  expect(response.status).toBe(200);
  expect(await response.text()).toContain("Nothing was changed");
  expect(platforms.control.github.installations()).toEqual([]);
});

test.each([
  [
    "an invented request",
    [
      ["decision", "go"],
      ["request", "0123456789abcdef"],
    ],
  ],
  ["no request", [["decision", "go"]]],
  ["no decision", [["request", "0123456789abcdef"]]],
  [
    "selected repositories that are none",
    [
      ["decision", "go"],
      ["request", "0"],
      ["selection", "selected"],
    ],
  ],
] as const)("a form with %s is refused", async (_, fields) => {
  const platforms = await startApp();

  const response = await postInstall(platforms, fields);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});

test("the form counts once", async () => {
  const platforms = await startApp();
  const page = await openInstall(platforms, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const fields = [
    ["request", request],
    ["decision", "go"],
    ["selection", "all"],
  ] as const;
  await postInstall(platforms, fields);

  const again = await postInstall(platforms, fields);

  expect(again.status).toBe(400);
});

test("an Enterprise Server has the pages under /github-apps and the API under /api/v3", async () => {
  const platforms = await startApp();
  const { githubUrl, githubApiUrl } = platforms;

  const page = await fetch(`${githubUrl}/github-apps/grantkeep/installations/new`);
  const app = await callApi({ ...platforms, githubApiUrl: `${githubApiUrl}/v3` }, "GET", "/app");

  expect(await page.text()).toContain(
    "/github/github-apps/grantkeep/installations/new/permissions",
  );
  expect(app.status).toBe(200);
});

test("another slug has no install page", async () => {
  const { githubUrl } = await startApp();

  const response = await fetch(`${githubUrl}/apps/another/installations/new`);

  expect(response.status).toBe(404);
});

async function openAccounts(
  { githubUrl }: Emulators,
  parameters: Record<string, string>,
): Promise<string> {
  const query = new URLSearchParams(parameters);
  const response = await fetch(`${githubUrl}/apps/grantkeep/installations/new?${query}`);
  return response.text();
}

/** What the page offers, by account. */
function verbsOf(page: string): Record<string, string> {
  const choices = page.matchAll(/<strong>([\w-]+)<\/strong>[^<]*<\/span><em>(\w+)<\/em>/g);
  return Object.fromEntries([...choices].map(([, login = "", verb = ""]) => [login, verb]));
}
