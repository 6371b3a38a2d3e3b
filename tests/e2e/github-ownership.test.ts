import { setTimeout as sleep } from "node:timers/promises";
import { beforeEach, describe, expect, test } from "vitest";
import { type BrowserSession, locationOf, openSession } from "../support/browser-session.ts";
import { eventsOf } from "../support/bus-events.ts";
import { TEST_CONFIGURATION } from "../support/configuration.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { authorizeGithubUser, installGithubApp } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const configuration = {
  ...TEST_CONFIGURATION,
  platforms: { github: { ownership: "installer" as const } },
};
const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" }, { configuration });
const { control } = stack.platforms;
const { github } = control;
const { sql } = stack.database;

// Without organization permissions, an admin of a repository can install the App.
await github.changeAppPermissions({ permissions: { metadata: "read", contents: "write" } });

const JSON_ONLY = { accept: "application/json" };
const METADATA = { customer: "c-1", display_name: "Acme Ltd" };
const WEBHOOK_SECONDS = 901;
let number = 0;

beforeEach(async () => {
  await github.releaseDeliveries();
  await sql`delete from installations`;
  await sql`delete from waiting_requests`;
});

/** Creates an organization with an owner and two members who administer a repository. */
async function createOrganization(): Promise<string> {
  number += 1;
  const account = `org-${number}`;
  await github.createOrganization({
    login: account,
    people: [
      { login: "olga", role: "admin" },
      { login: "mia", administers: "all" },
      { login: "noah", administers: "all" },
    ],
  });
  return account;
}

const linkOf = async (metadata: Record<string, string> = METADATA) =>
  createLink(stack, { platform: "github", metadata });

interface Flow {
  readonly session: BrowserSession;
  readonly callback: string;
}

/** Installs the App and authorizes: the callback, not yet opened. */
async function install(account: string, { login = "mia", url = "" } = {}): Promise<Flow> {
  const session = openSession();
  const path = url === "" ? undefined : await openLink(session, url);
  const setup = await installGithubApp(stack, session, path, { login, account });
  return { session, callback: await authorizeGithubUser(stack, session, setup, login) };
}

/** Authorizes as a person, to connect what is installed. */
async function connect(login: string): Promise<Response> {
  const session = openSession();
  const start = `${stack.url}/oauth/github/authorize?connect=true`;
  const callback = await authorizeGithubUser(stack, session, start, login);
  return session.get(callback, JSON_ONLY);
}

/** Opens the setup URL of an installation with a forged id, and authorizes as a person. */
async function claim(providerInstallationId: number, login: string): Promise<Response> {
  const session = openSession();
  const query = `installation_id=${providerInstallationId}&setup_action=install`;
  const page = await session.get(`${stack.url}/oauth/github/setup?${query}`);
  const [, state = ""] = /state=([\w.-]+)"/.exec(await page.text()) ?? [];
  const setup = `${stack.url}/oauth/github/setup?${query}&state=${state}`;
  const callback = await authorizeGithubUser(stack, session, setup, login);
  return session.get(callback, JSON_ONLY);
}

async function rowOf(account: string) {
  const reply = await callApi(stack, "GET", "/installations?limit=100");
  const { items } = Object(await reply.json());
  return items.find((item: { organization_name: string }) => item.organization_name === account);
}

describe("the person who installed the App", () => {
  test("connects it without owning the organization, with the link's metadata", async () => {
    const account = await createOrganization();
    const { url } = await linkOf();

    const { session, callback } = await install(account, { url });
    const page = await (await session.get(callback)).text();

    const row = await rowOf(account);
    expect(page).toContain("is connected to");
    expect(row).toMatchObject({ is_active: true, metadata: METADATA, installed_by: "mia" });
    expect(eventsOf(stack, row.id)).toEqual(["installation.created"]);
    expect(await invoke(stack, "token-lookup", { installation_id: row.id })).toMatchObject({
      ok: true,
    });
  });

  test("connects it when the webhook arrives some seconds after the browser", async () => {
    const account = await createOrganization();
    github.holdDeliveries();
    const { session, callback } = await install(account);

    const opened = session.get(callback, JSON_ONLY);
    await sleep(500);
    await github.releaseDeliveries();
    const reply = await opened;

    expect(await reply.json()).toMatchObject({ status: "success", organization: account });
  });

  test("sees a page that waits longer for the webhook, and is connected by it, not by an unsigned one", async () => {
    const account = await createOrganization();
    const { url, id: linkId } = await linkOf();
    github.holdDeliveries();
    const { session, callback } = await install(account, { url });
    const waiting = new URL(locationOf(await session.get(callback)), callback).href;
    const statusOf = async () =>
      Object(await (await session.get(waiting, JSON_ONLY)).json()).status;
    const page = await (await session.get(waiting)).text();
    const forged = await github.sendWebhook({
      event: "installation",
      payload: createdPayload(account),
      secret: "another secret",
    });
    await github.releaseDeliveries([forged.id]);
    const before = await statusOf();
    const unbound = await rowOf(account);
    await github.releaseDeliveries();
    const after = await statusOf();

    const row = await rowOf(account);
    const used = await callApi(stack, "GET", `/install-links/${linkId}`);
    expect(page).toContain("Waiting for GitHub");
    expect(page).toContain("Acme Ltd");
    expect((await github.deliveries()).find(({ id }) => id === forged.id)?.status).toBe(401);
    expect([before, after]).toEqual(["waiting", "finished"]);
    expect(unbound).toBeUndefined();
    expect(row).toMatchObject({ is_active: true, metadata: METADATA, requested_by: null });
    expect(eventsOf(stack, row.id)).toEqual(["installation.created"]);
    expect(await used.json()).toMatchObject({ status: "used", used_by: row.id });
    expect(await (await session.get(waiting)).text()).toContain("is connected to");
    expect(eventsOf(stack, row.id)).toEqual(["installation.created"]);
  });

  test("connects it again after it was uninstalled and another person installed it", async () => {
    const account = await createOrganization();
    const first = await install(account, { login: "mia" });
    await first.session.get(first.callback, JSON_ONLY);
    const { id } = await rowOf(account);
    await github.uninstall({ account });
    await github.releaseDeliveries();

    const second = await install(account, { login: "noah" });
    const byMia = await connect("mia");
    const byNoah = await second.session.get(second.callback, JSON_ONLY);

    expect(await byMia.json()).toMatchObject({ error: "installation_not_verified" });
    expect(await byNoah.json()).toMatchObject({ status: "success", installation_id: id });
    expect(await rowOf(account)).toMatchObject({ is_active: true, installed_by: "noah" });
  });

  test("connects it with Already installed, and may do so again", async () => {
    const account = await createOrganization();
    await github.install({ account, by: "mia" });
    await github.releaseDeliveries();

    const first = Object(await (await connect("mia")).json());
    const second = Object(await (await connect("mia")).json());

    expect(first).toMatchObject({ status: "success", organization: account });
    expect(second).toMatchObject({ status: "success", installation_id: first.installation_id });
  });
});

describe("nobody else", () => {
  test("connects what another person installed, and it stays unclaimed", async () => {
    const account = await createOrganization();
    const { id } = await github.install({ account, by: "mia" });
    await github.releaseDeliveries();

    const claimed = await claim(id, "noah");
    const connected = await connect("noah");

    for (const reply of [claimed, connected]) {
      expect(reply.status).toBe(403);
      expect(await reply.json()).toMatchObject({ error: "installation_not_verified" });
    }
    expect(stack.output()).toContain("no_installer");
    expect(await rowOf(account)).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  });

  test("sees another text than a person whom no webhook names", async () => {
    const account = await createOrganization();
    await github.install({ account, by: "mia" });
    await github.releaseDeliveries();
    const session = openSession();
    const start = `${stack.url}/oauth/github/authorize?connect=true`;

    const callback = await authorizeGithubUser(stack, session, start, "noah");
    const page = await (await session.get(callback)).text();

    expect(page).toContain("Another person installed Patchwork");
  });

  test("is connected by a webhook that arrives late and names another person", async () => {
    const account = await createOrganization();
    github.holdDeliveries();
    const { id } = await github.install({ account, by: "mia" });

    const waiting = await claim(id, "noah");
    const [request] = await sql<{ id: string }[]>`select id from waiting_requests`;
    await github.releaseDeliveries();
    const url = `${stack.url}/oauth/github/waiting?request=${request?.id}`;
    const page = await openSession().get(url);

    expect(await waiting.json()).toEqual({ status: "pending" });
    expect(page.status).toBe(403);
    expect(await page.text()).toContain("Another person installed Patchwork");
    expect(await rowOf(account)).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  });

  test("connects an old installation that no webhook names, unless an owner does", async () => {
    const account = await createOrganization();
    const { id } = await github.install({ account, by: "mia" });
    await github.releaseDeliveries();
    await sql`delete from installations`;
    await control.letTimePass(WEBHOOK_SECONDS);
    const byInstaller = await claim(id, "mia");
    await github.acceptPermissions({
      account,
      permissions: { metadata: "read", contents: "write", members: "read" },
    });
    const byOwner = await claim(id, "olga");

    expect(await byInstaller.json()).toMatchObject({ error: "installation_not_verified" });
    expect(await byOwner.json()).toMatchObject({ status: "success", organization: account });
  });
});

test("an owner connects what another person installed, without waiting for a webhook", async () => {
  const account = await createOrganization();
  github.holdDeliveries();
  const { id } = await github.install({
    account,
    by: "mia",
    permissions: { metadata: "read", contents: "write", members: "read" },
  });

  const reply = await claim(id, "olga");

  expect(await reply.json()).toMatchObject({ status: "success", organization: account });
});

/** Returns the content of a webhook that names another sender. */
function createdPayload(account: string) {
  const installation = github
    .installations()
    .find((item) => "login" in item.account && item.account.login === account);
  return { action: "created", installation, sender: { id: 666, login: "mallory" } };
}
