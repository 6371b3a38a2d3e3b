import { beforeEach, describe, expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { openSession } from "../support/browser-session.ts";
import { installGithubApp } from "../support/platform-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack({ ...GITHUB_APP, EVENT_BUS_NAME: "bus-1" });
const { control } = stack.platforms;
const { github } = control;
const { sql } = stack.database;

beforeEach(async () => {
  await github.releaseDeliveries();
  await sql`delete from installations`;
});

async function call(method: string, path: string) {
  const response = await callApi(stack, method, path);
  return { status: response.status, body: Object(await response.json()) };
}

async function uninstall(id: string): Promise<void> {
  const [row] = await sql`select organization_name as name from installations where id = ${id}`;
  await github.uninstall({ account: row?.name });
}

describe("the activity of an installation", () => {
  test("has the install and the webhooks, newest first", async () => {
    const id = await installOn(stack, "github", "active-1");
    await github.deliveries();

    const { status, body } = await call("GET", `/installations/${id}/activity`);

    expect(status).toBe(200);
    expect(body.items.map(({ type }: { type: string }) => type).toSorted()).toContain("installed");
    const times = body.items.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  test("says since when, at the latest, it is inactive, and why", async () => {
    const id = await installOn(stack, "github", "active-2");
    await callApi(stack, "PATCH", `/installations/${id}`, { is_active: false });

    const { body } = await call("GET", `/installations/${id}/activity`);

    expect(body.items).toContainEqual(
      expect.objectContaining({ type: "deactivated", reason: "disabled" }),
    );
  });

  test("of an installation that does not exist is not found", async () => {
    expect(await call("GET", `/installations/inst-${"0".repeat(32)}/activity`)).toMatchObject({
      status: 404,
      body: { error: "installation_not_found" },
    });
  });
});

describe("the health check of one installation", () => {
  test("stores what the platform reports about it, unless it is a dry run", async () => {
    github.holdDeliveries();
    const id = await installOn(stack, "github", "checked-1");
    const other = await installOn(stack, "github", "checked-2");
    await uninstall(id);
    await uninstall(other);

    const dry = await call("POST", `/installations/${id}/health-check?dry_run=true`);
    const checked = await call("POST", `/installations/${id}/health-check`);
    const again = await call("POST", `/installations/${id}/health-check`);

    const found = { stored: "active", found: "uninstalled", changed: true };
    expect(dry).toEqual({ status: 200, body: { dry_run: true, ...found } });
    expect(checked).toEqual({ status: 200, body: { dry_run: false, ...found } });
    expect(again.body).toMatchObject({ stored: "uninstalled", changed: false });
    const rows = await sql`select id, inactive_reason from installations order by id`;
    expect(rows).toEqual([
      { id, inactive_reason: "uninstalled" },
      { id: other, inactive_reason: null },
    ]);
  });

  test("of an installation that does not exist is not found", async () => {
    expect(await call("POST", `/installations/inst-${"0".repeat(32)}/health-check`)).toMatchObject({
      status: 404,
      body: { error: "installation_not_found" },
    });
  });
});

describe("the inventory of GitHub", () => {
  test("has the installations that nobody has connected, with their rows, and no others", async () => {
    await installOn(stack, "github", "connected-1");
    await github.install({ account: "unclaimed-1" });
    await github.releaseDeliveries();
    github.holdDeliveries();
    await github.install({ account: "unclaimed-2" });

    const { status, body } = await call("GET", "/github/inventory");

    expect(status).toBe(200);
    const [row] = await sql`
      select id from installations where organization_name = 'unclaimed-1'
    `;
    const own = body.unclaimed.filter(
      ({ organization_name: name }: { organization_name: string }) => name.includes("unclaimed"),
    );
    expect(own).toHaveLength(2);
    expect(own).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ organization_name: "unclaimed-1", installation_id: row?.id }),
        expect.objectContaining({ organization_name: "unclaimed-2", installation_id: null }),
      ]),
    );
    expect(JSON.stringify(body.unclaimed)).not.toContain("connected-1");
    expect(body.next_page).toBeNull();
  });

  test("has the open requests of members", async () => {
    await github.createOrganization({
      login: "asked-1",
      people: [{ login: "olga", role: "admin" }, { login: "mia" }],
    });
    const session = openSession();
    await installGithubApp(stack, session, undefined, { login: "mia", account: "asked-1" });

    const { body } = await call("GET", "/github/inventory");
    const later = await call("GET", "/github/inventory?page=2");

    expect(body.requests).toContainEqual(
      expect.objectContaining({ organization_name: "asked-1", requested_by: "mia" }),
    );
    expect(later.body).toEqual({ unclaimed: [], requests: [], next_page: null });
  });

  test.each(["page=0", "page=x", "page=10000", "limit=1"])("%s is refused", async (query) => {
    expect(await call("GET", `/github/inventory?${query}`)).toMatchObject({
      status: 400,
      body: { error: "invalid_request" },
    });
  });
});

describe("a lookup", () => {
  test("shows when a token was looked up last", async () => {
    const id = await installOn(stack, "github", "looked-up-1");
    const before = await call("GET", `/installations/${id}`);

    // Where commits are refused, one lookup may not have the time to store this.
    const lookUp = async () => {
      const lookup = await invoke(stack, "token-lookup", { installation_id: id });
      expect(lookup).toMatchObject({ ok: true });
      return Date.parse((await call("GET", `/installations/${id}`)).body.last_looked_up_at);
    };
    await expect.poll(lookUp, { timeout: 10_000 }).toBeGreaterThan(Date.now() - 60_000);

    const { body } = await call("GET", `/installations/${id}/activity`);
    expect(before.body.last_looked_up_at).toBeNull();
    expect(body.items).toContainEqual(expect.objectContaining({ type: "looked_up" }));
  });
});
