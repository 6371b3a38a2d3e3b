import * as v from "valibot";
import { expect, test } from "vitest";
import type { Emulators } from "../../emulators/server.ts";
import {
  callApi,
  clickInstall,
  clickPage,
  mint,
  openInstall,
  setupParameters,
  startApp,
  startReceiver,
} from "./emulated-github-app.ts";

const Repositories = v.object({ repositories: v.array(v.object({ name: v.string() })) });

const ACME = "77";
const REPOSITORY_PERMISSIONS = { metadata: "read", contents: "write" } as const;
const SELECTED = ["selection", "selected"] as const;
const API = ["repository", "api"] as const;
const WEB = ["repository", "web"] as const;

test("an owner approves a request on GitHub, and returns without a state", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startAcme({ webhookUrl: url });
  await clickInstall(emulators, { target_id: ACME, login: "mia", state: "state-1" }, [
    SELECTED,
    API,
  ]);

  const list = await openRequests(emulators, "olga");
  const [, href = ""] = /<a href="([^"]+requests[^"]+)">/.exec(await list.text()) ?? [];
  const review = await fetch(new URL(href.replace("&amp;", "&"), list.url));
  const approved = await clickPage(review);
  const left = await callApi(emulators, "GET", "/app/installation-requests");

  const [installation] = emulators.control.github.installations();
  expect(setupParameters(approved)).toEqual({
    installation_id: String(installation?.id),
    setup_action: "install",
  });
  expect(installation).toMatchObject({ repository_selection: "selected" });
  expect(await left.json()).toEqual([]);
  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
    action: "created",
    requester: { login: "mia" },
    sender: { login: "olga" },
    repositories: [{ name: "api" }],
  });
});

test("a member and a stranger cannot see or approve requests", async () => {
  const emulators = await startAcme();
  await clickInstall(emulators, { target_id: ACME, login: "mia" });
  const [request] = emulators.control.github.requests();

  const pages = await Promise.all([
    openRequests(emulators, "mia"),
    openRequests(emulators, "stranger"),
    openRequests(emulators, "mia", `/requests/${request?.id}`),
    openRequests(emulators, "olga", "/requests/1"),
  ]);

  expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
});

test("a request can be approved once, and cancelling leaves it", async () => {
  const emulators = await startAcme();
  await clickInstall(emulators, { target_id: ACME, login: "mia" });
  const [request] = emulators.control.github.requests();
  const path = `/requests/${request?.id}`;
  const pages = [
    await openRequests(emulators, "olga", path),
    await openRequests(emulators, "olga", path),
    await openRequests(emulators, "olga", path),
  ] as const;

  const cancelled = await clickPage(pages[0], [["decision", "cancel"]]);
  const left = emulators.control.github.requests();
  const approved = await clickPage(pages[1]);
  const again = await clickPage(pages[2]);

  expect(cancelled.status).toBe(200);
  expect(left).toHaveLength(1);
  expect([approved.status, again.status]).toEqual([302, 404]);
});

test("an outside collaborator can request the App", async () => {
  const emulators = await startAcme();

  const response = await clickInstall(emulators, { target_id: ACME, login: "oscar" });

  expect(setupParameters(response)).toEqual({ setup_action: "request" });
});

test("an admin of repositories installs an App without organization permissions on these", async () => {
  const emulators = await startAcme({ permissions: REPOSITORY_PERMISSIONS });

  const page = await openInstall(emulators, { target_id: ACME, login: "rita", state: "state-1" });
  const text = await page.clone().text();
  const response = await clickPage(page, [SELECTED, API, WEB]);

  const [installation] = emulators.control.github.installations();
  expect(text).toContain("Install</button>");
  expect(text).not.toContain("All repositories");
  expect(text).not.toContain('value="web"');
  expect(setupParameters(response)).toEqual({
    installation_id: String(installation?.id),
    setup_action: "install",
    state: "state-1",
  });
  expect(await selectedIn(emulators)).toEqual(["api"]);
});

test.each([
  ["members", { ...REPOSITORY_PERMISSIONS, members: "read" }],
  ["an organization's plan", { ...REPOSITORY_PERMISSIONS, organization_plan: "read" }],
  ["administration", { ...REPOSITORY_PERMISSIONS, administration: "read" }],
] as const)("an admin of repositories can only request an App that needs %s", async (_, needs) => {
  const emulators = await startAcme({ permissions: needs });

  const response = await clickInstall(emulators, { target_id: ACME, login: "rita" }, [
    SELECTED,
    API,
  ]);

  expect(setupParameters(response)).toEqual({ setup_action: "request" });
  expect(emulators.control.github.installations()).toEqual([]);
});

test("an admin of repositories adds and removes these, and keeps the others", async () => {
  const emulators = await startAcme({ permissions: REPOSITORY_PERMISSIONS });
  const { html_url } = await emulators.control.github.install({
    account: "acme",
    repositories: ["web", "docs"],
  });
  const settings = () => fetch(`${html_url}?login=rita`);

  const added = await clickPage(await settings(), [SELECTED, API]);
  const afterAdding = await selectedIn(emulators);
  const removed = await clickPage(await settings(), [SELECTED, WEB]);
  await emulators.control.github.chooseRepositories({ account: "acme", repositories: "all" });
  const all = await clickPage(await settings(), [SELECTED, API]);

  expect(setupParameters(added)).toMatchObject({ setup_action: "update" });
  expect(afterAdding).toEqual(["api", "web", "docs"]);
  expect(setupParameters(removed)).toMatchObject({ setup_action: "update" });
  expect(all.status).toBe(200);
  expect(emulators.control.github.installations()).toMatchObject([{ repository_selection: "all" }]);
});

/** Returns the names of the repositories that the only installation has access to. */
async function selectedIn(emulators: Emulators): Promise<string[]> {
  const [installation] = emulators.control.github.installations();
  const { token: bearer } = await mint(emulators, installation?.id ?? 0);
  const response = await callApi(emulators, "GET", "/installation/repositories", { bearer });
  return v.parse(Repositories, await response.json()).repositories.map(({ name }) => name);
}

function openRequests({ githubUrl }: Emulators, login: string, path = ""): Promise<Response> {
  return fetch(`${githubUrl}/organizations/acme/settings/installations${path}?login=${login}`);
}

/** Starts an App at a GitHub with an organization of an owner, a member, a repository admin and a collaborator. */
async function startAcme(app: Parameters<typeof startApp>[0] = {}): Promise<Emulators> {
  const emulators = await startApp(app);
  await emulators.control.github.createOrganization({
    login: "acme",
    id: Number(ACME),
    repositories: ["api", "web", "docs"],
    people: [
      { login: "olga", role: "admin" },
      { login: "mia" },
      { login: "rita", repositories: [], administers: ["api"] },
      { login: "oscar", role: "collaborator", repositories: ["web"] },
    ],
  });
  return emulators;
}
