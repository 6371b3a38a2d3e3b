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

test("the page lists the personal account and the action for each organization", async () => {
  const emulators = await startApp();
  await emulators.control.github.install({ account: "octocat" });

  const octocats = await openAccounts(emulators, { login: "octocat" });
  const monas = await openAccounts(emulators, { login: "mona" });

  expect(octocats).toContain("Emulated GitHub, on your own computer.");
  expect(verbsOf(octocats)).toEqual({ octocat: "Configure", "octo-org": "Install" });
  expect(verbsOf(monas)).toEqual({
    mona: "Install",
    "octo-org": "Request",
    "github-friends": "Request",
  });
});

test("the signed-in user is chosen among the people of all organizations", async () => {
  const emulators = await startApp();
  await emulators.control.github.createOrganization({
    login: "acme",
    people: [{ login: "ann", role: "admin" }],
  });

  const page = await openAccounts(emulators, { login: "ann", state: "state-1" });

  expect(page).toContain('<option value="ann" selected>');
  expect(page).toContain('<option value="mona">');
  expect(page).toContain('<input type="hidden" name="state" value="state-1">');
  expect(verbsOf(page)).toEqual({ ann: "Install", acme: "Install" });
});

test("the pages escape the parameters of the request and the name of the app", async () => {
  const emulators = await startApp({}, { appName: "Robo <b>" });
  const state = `"><script>1</script>`;

  const accounts = await openAccounts(emulators, { state, login: "<i>" });
  const install = await openInstall(emulators, { target_id: OCTO_ORG, state });

  const pages = accounts + (await install.text());
  expect(pages).toContain("Install Robo &lt;b&gt;");
  expect(pages).not.toContain("<script");
  expect(pages).not.toContain("<i>");
});

test("an install redirects to the setup URL with its id and the state, without a code", async () => {
  const emulators = await startApp();

  const response = await clickInstall(emulators, { target_id: OCTO_ORG, state: "state-1" });

  const location = locationOf(response);
  const [installation] = emulators.control.github.installations();
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

test("an install without state redirects without state", async () => {
  const emulators = await startApp({ setupUrl: `${SETUP}?tenant=1` });

  const response = await clickInstall(emulators, { target_id: OCTOCAT });

  expect(setupParameters(response)).toEqual({
    tenant: "1",
    installation_id: expect.stringMatching(/^\d+$/),
    setup_action: "install",
  });
});

test("an install on selected repositories has access to those only", async () => {
  const emulators = await startApp();

  await clickInstall(emulators, { target_id: OCTO_ORG }, [
    ["selection", "selected"],
    ["repository", "api"],
    ["repository", "docs"],
  ]);

  const [installation] = emulators.control.github.installations();
  const { token: bearer } = await mint(emulators, installation?.id ?? 0);
  const list = await callApi(emulators, "GET", "/installation/repositories", { bearer });
  expect(installation).toMatchObject({ repository_selection: "selected" });
  expect(await list.json()).toMatchObject({
    total_count: 2,
    repositories: [{ name: "api" }, { name: "docs" }],
  });
});

test("a member's request redirects without an id and installs nothing", async () => {
  const emulators = await startApp();

  const response = await clickInstall(emulators, {
    target_id: OCTO_ORG,
    login: "mona",
    state: "state-1",
  });

  expect(setupParameters(response)).toEqual({ setup_action: "request", state: "state-1" });
  expect(emulators.control.github.installations()).toEqual([]);
  expect(emulators.control.github.requests()).toMatchObject([
    { account: { login: "octo-org" }, requester: { login: "mona" } },
  ]);
});

test("the App lists the requests of members until an owner approves them", async () => {
  const emulators = await startApp();
  await clickInstall(emulators, { target_id: OCTO_ORG, login: "mona" });
  await clickInstall(emulators, { target_id: OCTO_ORG, login: "mona" });

  const before = await callApi(emulators, "GET", "/app/installation-requests");
  const approved = await emulators.control.github.approve({ account: "octo-org" });
  const after = await callApi(emulators, "GET", "/app/installation-requests");

  expect(await before.json()).toMatchObject([{ requester: { login: "mona" } }]);
  expect(await after.json()).toEqual([]);
  expect(approved).toMatchObject({ account: { login: "octo-org" }, suspended_at: null });
});

test("the page of an account cannot be opened without a membership", async () => {
  const emulators = await startApp();

  const strangers = await openInstall(emulators, { target_id: OCTO_ORG, login: "org-17" });
  const nobodys = await openInstall(emulators, { target_id: "1" });

  expect([strangers.status, nobodys.status]).toEqual([404, 404]);
});

test("a user who loses the owner role before submitting sends a request only", async () => {
  const emulators = await startApp();
  const page = await openInstall(emulators, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  await emulators.control.github.createOrganization({
    login: "octo-org",
    people: [{ login: "octocat", role: "member" }],
  });

  const response = await postInstall(emulators, [
    ["request", request],
    ["decision", "go"],
    ["selection", "all"],
  ]);

  expect(setupParameters(response)).toEqual({ setup_action: "request" });
});

test("cancelling an install changes nothing and shows a page of GitHub", async () => {
  const emulators = await startApp();

  const page = await openInstall(emulators, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const response = await postInstall(emulators, [
    ["request", request],
    ["decision", "cancel"],
    ["selection", "all"],
  ]);

  expect(response.status).toBe(200);
  expect(await response.text()).toContain("Nothing was changed");
  expect(emulators.control.github.installations()).toEqual([]);
});

test.each([
  [
    "an unknown request",
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
  const emulators = await startApp();

  const response = await postInstall(emulators, fields);

  expect(response.status).toBe(400);
  expect(response.headers.get("location")).toBeNull();
});

test("the form can be submitted once", async () => {
  const emulators = await startApp();
  const page = await openInstall(emulators, { target_id: OCTO_ORG });
  const [, request = ""] = /name="request" value="(\w+)"/.exec(await page.text()) ?? [];
  const fields = [
    ["request", request],
    ["decision", "go"],
    ["selection", "all"],
  ] as const;
  await postInstall(emulators, fields);

  const again = await postInstall(emulators, fields);

  expect(again.status).toBe(400);
});

test("GitHub Enterprise Server's paths /github-apps and /api/v3 are available", async () => {
  const emulators = await startApp();
  const { githubUrl, githubApiUrl } = emulators;

  const page = await fetch(`${githubUrl}/github-apps/grantkeep/installations/new`);
  const app = await callApi({ ...emulators, githubApiUrl: `${githubApiUrl}/v3` }, "GET", "/app");

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

/** Returns the actions on the page, by account. */
function verbsOf(page: string): Record<string, string> {
  const choices = page.matchAll(/<strong>([\w-]+)<\/strong>[^<]*<\/span><em>(\w+)<\/em>/g);
  return Object.fromEntries([...choices].map(([, login = "", verb = ""]) => [login, verb]));
}
