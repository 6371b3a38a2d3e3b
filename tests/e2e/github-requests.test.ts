import { beforeEach, describe, expect, test, vi } from "vitest";
import { type BrowserSession, locationOf, openSession } from "../support/browser-session.ts";
import { eventsOf, sentEvents } from "../support/bus-events.ts";
import { createLink, openLink } from "../support/install-links.ts";
import { authorizeGithubUser, installGithubApp } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, REDIRECT_URI, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" });
const { github } = stack.platforms.control;
const { sql } = stack.database;

const JSON_ONLY = { accept: "application/json" };
const METADATA = { customer: "c-1", display_name: "Acme Ltd" };
let number = 0;

beforeEach(async () => {
  vi.useRealTimers();
  await github.releaseDeliveries();
  await sql`delete from installations`;
  await sql`delete from waiting_requests`;
});

/** Creates an organization with an owner and two members. */
async function createOrganization(): Promise<string> {
  number += 1;
  const account = `org-${number}`;
  await github.createOrganization({
    login: account,
    people: [{ login: "olga", role: "admin" }, { login: "mia" }, { login: "noah" }],
  });
  return account;
}

interface Request {
  readonly session: BrowserSession;
  /** The page that waits. */
  readonly waiting: string;
}

/** Requests the App as a member, and authorizes, which proves who it is. */
async function request(account: string, start?: string, login = "mia"): Promise<Request> {
  const session = openSession();
  const path = start === undefined ? undefined : await openLink(session, start);
  const setupUrl = await installGithubApp(stack, session, path, { login, account });
  const callback = await authorizeGithubUser(stack, session, setupUrl, login);
  const waiting = new URL(locationOf(await session.get(callback)), callback).href;
  expect(await (await session.get(waiting)).text()).toContain(`an owner of \u2068${account}\u2069`);
  return { session, waiting };
}

const linkOf = async (metadata: Record<string, string> = METADATA, rest = {}) =>
  createLink(stack, { platform: "github", metadata, ...rest });

async function approve(account: string, requester = "mia"): Promise<void> {
  await github.approve({ account, requester });
  await github.releaseDeliveries();
}

async function statusOf({ session, waiting }: Request): Promise<unknown> {
  return Object(await (await session.get(waiting, JSON_ONLY)).json()).status;
}

async function rowOf(account: string) {
  const reply = await callApi(stack, "GET", "/installations?limit=100");
  const { items } = Object(await reply.json());
  return items.find((item: { organization_name: string }) => item.organization_name === account);
}

describe("a member's request", () => {
  test("is finished by the approval, and the waiting page continues with the link's metadata", async () => {
    const account = await createOrganization();
    const waiting = await request(account, (await linkOf()).url);
    const page = await (await waiting.session.get(waiting.waiting)).text();
    const before = await statusOf(waiting);

    await approve(account);

    const after = await statusOf(waiting);
    const success = await (await waiting.session.get(waiting.waiting)).text();
    const row = await rowOf(account);
    expect(page).toContain(account);
    expect(page).toContain(`/organizations/${account}/settings/installations`);
    expect([before, after]).toEqual(["waiting", "finished"]);
    expect(success).toContain("is connected to");
    expect(row).toMatchObject({
      is_active: true,
      metadata: METADATA,
      requested_by: "mia",
      approved_by: "olga",
    });
    expect(await invoke(stack, "token-lookup", { installation_id: row.id })).toMatchObject({
      ok: true,
    });
  });

  test("is finished by the webhook alone, with one event that names both people", async () => {
    const account = await createOrganization();
    const link = await linkOf();
    await request(account, link.url);

    await approve(account);

    const row = await rowOf(account);
    expect(row).toMatchObject({ is_active: true, metadata: METADATA });
    expect(eventsOf(stack, row.id)).toEqual(["installation.created"]);
    expect(sentEvents(stack, row.id)[0]?.detail).toMatchObject({
      requested_by: "mia",
      approved_by: "olga",
    });
    const used = await callApi(stack, "GET", `/install-links/${link.id}`);
    expect(await used.json()).toMatchObject({ status: "used", used_by: row.id });
  });

  test("goes to its redirect_uri at the end", async () => {
    const account = await createOrganization();
    const { url } = await linkOf(METADATA, { redirect_uri: REDIRECT_URI });
    const waiting = await request(account, url);
    await approve(account);

    const location = new URL(locationOf(await waiting.session.get(waiting.waiting)));

    expect(location.origin + location.pathname).toBe(REDIRECT_URI);
    expect(location.searchParams.get("status")).toBe("success");
    expect(location.searchParams.get("organization")).toBe(account);
  });

  test("with the same link again is the same request", async () => {
    const account = await createOrganization();
    const { url } = await linkOf();
    const first = await request(account, url);
    const second = await request(account, url);

    await approve(account);

    expect(second.waiting).toBe(first.waiting);
    expect(await statusOf(first)).toBe("finished");
  });

  test("is encrypted in its row", async () => {
    const account = await createOrganization();
    await request(account, (await linkOf()).url);

    const [row] = await sql`select waiting_requests::text as text from waiting_requests`;

    expect(row?.text).not.toMatch(/Acme|c-1|mia/);
  });
});

describe("a member's request is not finished", () => {
  test("when another member's request was approved", async () => {
    const account = await createOrganization();
    const waiting = await request(account, (await linkOf()).url);
    await request(account, (await linkOf({ customer: "c-2" })).url, "noah");

    await approve(account, "noah");

    expect(await statusOf(waiting)).toBe("waiting");
    expect(await rowOf(account)).toMatchObject({
      metadata: { customer: "c-2" },
      requested_by: "noah",
    });
  });

  test("when an owner installed the App without a request", async () => {
    const account = await createOrganization();
    const waiting = await request(account, (await linkOf()).url);

    await github.install({ account, by: "olga" });
    await github.releaseDeliveries();

    expect(await statusOf(waiting)).toBe("waiting");
    expect(await rowOf(account)).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  });

  test("when a request for another account was approved", async () => {
    const [account, other] = [await createOrganization(), await createOrganization()];
    const waiting = await request(account, (await linkOf()).url);
    await request(other, (await linkOf({ customer: "c-2" })).url);

    await approve(other);

    expect(await statusOf(waiting)).toBe("waiting");
    expect(await rowOf(account)).toBeUndefined();
  });

  test("when two requests match", async () => {
    const account = await createOrganization();
    const one = await request(account, (await linkOf()).url);
    const other = await request(account, (await linkOf({ customer: "c-2" })).url);

    await approve(account);

    expect([await statusOf(one), await statusOf(other)]).toEqual(["waiting", "waiting"]);
    expect(await rowOf(account)).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  });

  test("when its link was ended", async () => {
    const account = await createOrganization();
    const link = await linkOf();
    const waiting = await request(account, link.url);
    await callApi(stack, "DELETE", `/install-links/${link.id}`);

    await approve(account);

    expect(await statusOf(waiting)).toBe("waiting");
    expect(await rowOf(account)).toMatchObject({ inactive_reason: "unclaimed", metadata: {} });
  });

  test("when the organization was bound before", async () => {
    const account = await createOrganization();
    await github.install({ account, by: "olga" });
    await github.releaseDeliveries();
    const { id } = await rowOf(account);
    await callApi(stack, "PATCH", `/installations/${id}`, {
      is_active: true,
      metadata: { customer: "before" },
    });
    await github.uninstall({ account });
    await github.releaseDeliveries();
    const waiting = await request(account, (await linkOf()).url);

    await approve(account);

    expect(await statusOf(waiting)).toBe("waiting");
    expect(await rowOf(account)).toMatchObject({ id, metadata: { customer: "before" } });
  });

  test("when somebody cancels at Authorize, on a page that says so", async () => {
    const account = await createOrganization();
    const session = openSession();
    const setup = await installGithubApp(stack, session, undefined, { login: "mia", account });
    const consent = new URL(locationOf(await session.get(setup)));
    const callback = new URL(consent.searchParams.get("redirect_uri") ?? "");
    callback.searchParams.set("state", consent.searchParams.get("state") ?? "");
    callback.searchParams.set("error", "access_denied");

    const page = await session.get(callback.href);

    expect(await page.text()).toContain("Your request is not connected");
    expect(await sql`select id from waiting_requests`).toHaveLength(0);
  });
});

test("a request that does not exist is no page", async () => {
  const url = `${stack.url}/oauth/github/waiting?request=req-${"0".repeat(32)}`;

  const reply = await openSession().get(url);

  expect(reply.status).toBe(400);
});
