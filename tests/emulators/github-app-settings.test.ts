import * as v from "valibot";
import { expect, test } from "vitest";
import {
  callApi,
  clickInstall,
  clickPage,
  openInstall,
  setupParameters,
  startApp,
  startReceiver,
} from "./emulated-github-app.ts";

const OCTO_ORG = "9919";
const OCTOCAT = "583231";

const SELECTED_DOCS = [
  ["selection", "selected"],
  ["repository", "docs"],
] as const;

const Action = v.pipe(v.string(), v.parseJson(), v.object({ action: v.string() }));

test("whoever installs again is sent to the settings of the installation", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  const { id, html_url } = await github.install({ account: "octo-org", repositories: ["api"] });
  const own = await github.install({ account: "octocat" });

  const page = await openInstall(emulators, { target_id: OCTO_ORG, state: "state-1" });
  const personal = await openInstall(emulators, { target_id: OCTOCAT });

  const path = `${emulators.githubUrl}/organizations/octo-org/settings/installations/${id}`;
  const text = await page.text();
  expect(html_url).toBe(path);
  expect(page.url).toBe(`${path}?login=octocat&state=state-1`);
  expect(text).toContain("Configure ");
  expect(text).toContain("Save</button>");
  expect(text).toContain('name="repository" value="api" checked');
  expect(personal.url).toBe(`${own.html_url}?login=octocat`);
});

test("the settings return to the setup URL after a change only, and the id stays", async () => {
  const emulators = await startApp();
  const { id } = await emulators.control.github.install({ account: "octo-org" });
  const again = { target_id: OCTO_ORG, state: "state-1" };

  const same = await clickInstall(emulators, again);
  const changed = await clickInstall(emulators, again, SELECTED_DOCS);
  const unchanged = await clickInstall(emulators, again, SELECTED_DOCS);

  expect([same.status, unchanged.status]).toEqual([200, 200]);
  expect(await same.text()).toContain("Nothing was changed");
  expect(setupParameters(changed)).toEqual({
    installation_id: String(id),
    setup_action: "update",
    state: "state-1",
  });
  expect(emulators.control.github.installations()).toMatchObject([
    { id, repository_selection: "selected" },
  ]);
});

test("settings that were opened on GitHub itself return without a state", async () => {
  const emulators = await startApp();
  const { id, html_url } = await emulators.control.github.install({ account: "octo-org" });

  const changed = await clickPage(await fetch(html_url), SELECTED_DOCS);

  expect(setupParameters(changed)).toEqual({ installation_id: String(id), setup_action: "update" });
});

test("the settings cannot be opened by others, nor under another account", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  const { html_url } = await github.install({ account: "octo-org" });
  const own = await github.install({ account: "octocat" });

  const pages = await Promise.all([
    fetch(`${html_url}?login=mona`),
    fetch(`${html_url}/permissions/update?login=mona`),
    fetch(html_url.replace("octo-org", "github-friends")),
    fetch(html_url.replace("/organizations/octo-org", "")),
    fetch(`${own.html_url}?login=mona`),
    fetch(`${html_url}0`),
  ]);

  expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
});

test("a form of the settings is refused after an uninstall, or when the user is no owner any more", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  const { html_url } = await github.install({ account: "octo-org" });
  const own = await github.install({ account: "octocat" });
  const pages = [await fetch(html_url), await fetch(own.html_url)] as const;
  await github.createOrganization({ login: "octo-org", people: [{ login: "octocat" }] });
  await github.uninstall({ account: "octocat" });

  const asMember = await clickPage(pages[0], SELECTED_DOCS);
  const afterUninstall = await clickPage(pages[1]);

  expect([asMember.status, afterUninstall.status]).toEqual([404, 404]);
  expect(github.installations()).toMatchObject([{ repository_selection: "all" }]);
});

test("an install that somebody else was faster with changes nothing", async () => {
  const emulators = await startApp();
  const page = await openInstall(emulators, { target_id: OCTO_ORG, state: "state-1" });
  const { html_url } = await emulators.control.github.install({ account: "octo-org" });

  const response = await clickPage(page, SELECTED_DOCS);

  expect(response.headers.get("location")).toBe(`${html_url}?login=octocat&state=state-1`);
  expect(emulators.control.github.installations()).toMatchObject([{ repository_selection: "all" }]);
});

test("an installation keeps its permissions until an owner accepts those that the App requests", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });
  const { github } = emulators.control;
  const { id, html_url } = await github.install({
    account: "octo-org",
    permissions: { metadata: "read" },
  });
  const before = await (await fetch(html_url)).text();
  const permissions = { metadata: "read", checks: "write", email_addresses: "read" } as const;
  await github.changeAppPermissions({ permissions });

  const app = await callApi(emulators, "GET", "/app");
  const pending = await callApi(emulators, "GET", `/app/installations/${id}`);
  const settings = await (await fetch(html_url)).text();
  const [, review = ""] = /<a href="([^"]+)">Review the new permissions</.exec(settings) ?? [];
  const accepted = await clickPage(await fetch(new URL(review, html_url)));
  const after = await callApi(emulators, "GET", `/app/installations/${id}`);
  const settled = await (await fetch(html_url)).text();
  await github.deliveries();

  expect(before).toContain("Review the new permissions");
  expect(await app.json()).toMatchObject({ permissions });
  expect(await pending.json()).toMatchObject({ permissions: { metadata: "read" } });
  expect(accepted.status).toBe(200);
  expect(await after.json()).toMatchObject({
    permissions: { metadata: "read", checks: "write" },
  });
  expect(settled).not.toContain("Review the new permissions");
  expect(actionsOf(received)).toEqual(["created", "new_permissions_accepted"]);
});

test("a new install has the permissions that the App requests now", async () => {
  const emulators = await startApp();
  const { github } = emulators.control;
  await github.changeAppPermissions({ permissions: { checks: "write" } });

  await clickInstall(emulators, { target_id: OCTO_ORG });
  await github.changeAppPermissions({ permissions: { checks: "write", statuses: "read" } });
  const accepted = await github.acceptPermissions({ account: "octo-org" });

  expect(accepted.permissions).toEqual({ checks: "write", statuses: "read" });
});

test("the webhook of an install arrives before the browser", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });

  await clickInstall(emulators, { target_id: OCTO_ORG });
  const afterInstall = actionsOf(received);
  await clickInstall(emulators, { target_id: OCTO_ORG }, SELECTED_DOCS);

  expect(afterInstall).toEqual(["created"]);
  expect(actionsOf(received)).toEqual(["created", "removed"]);
});

test("a webhook that is held back arrives after the browser", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });
  emulators.control.github.holdDeliveries();

  const response = await clickInstall(emulators, { target_id: OCTO_ORG });
  const before = actionsOf(received);
  await emulators.control.github.releaseDeliveries();

  expect(response.status).toBe(302);
  expect(before).toEqual([]);
  expect(actionsOf(received)).toEqual(["created"]);
});

test("an install by the API of another App has the bot of that App as its sender", async () => {
  const { url, received } = await startReceiver();
  const emulators = await startApp({ webhookUrl: url });

  await emulators.control.github.install({ account: "octo-org", byApp: "app-manager" });
  await emulators.control.github.deliveries();

  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({
    action: "created",
    requester: null,
    sender: { login: "app-manager[bot]", type: "Bot" },
  });
});

function actionsOf(received: readonly { readonly body: string }[]): string[] {
  return received.map(({ body }) => v.parse(Action, body).action);
}
