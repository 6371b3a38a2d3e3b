import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { installOn } from "../cases/installed.ts";
import { eventsOf } from "../support/bus-events.ts";
import { callApi, invoke, startTestStack } from "../support/stack.ts";

const HOUR = 3600;
/** Long enough for another request to come first. */
const SLOW_MS = 1_500;

const stack = await startTestStack();
const { control } = stack.platforms;
const { sql } = stack.database;

const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });
const patch = (id: string, body: object) => callApi(stack, "PATCH", `/installations/${id}`, body);
const remove = (id: string) => callApi(stack, "DELETE", `/installations/${id}`);

/** Starts a lookup whose refresh Slack handles late, and returns it once the refresh is under way. */
async function startSlowRefresh(id: string) {
  await control.letTimePass(11 * HOUR);
  const path = "/api/oauth.v2.access";
  control.addFault({ platform: "slack", path, times: 1, milliseconds: SLOW_MS });
  const lookup = lookUp(id);
  await until(async () => {
    const [row] = await sql`select refresh_attempts from installations where id = ${id}`;
    return row?.refresh_attempts > 0;
  });
  return { lookup };
}

/** Starts a deletion whose revocation Slack handles late, and returns it once it is under way. */
async function startSlowDeletion(id: string) {
  const path = "/api/apps.uninstall";
  const sent = () => control.requests().filter((request) => request.path === path).length;
  const before = sent();
  control.addFault({ platform: "slack", path, times: 1, milliseconds: SLOW_MS });
  const deletion = remove(id);
  await until(async () => sent() > before);
  return { deletion };
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(20);
}

describe("a PATCH during a refresh", () => {
  test.each([
    ["token_expires_at", { token_expires_at: "2040-01-01T00:00:00Z" }],
    ["access_token", { access_token: "xoxe.xoxb-PATCHED" }],
    ["a cleared refresh_token", { refresh_token: null }],
  ])("B4 of %s is refused with retry_later, and the grant lives", async (name, body) => {
    const id = await installOn(stack, "slack", `B4${name.replaceAll(/[^a-z]/g, "").slice(0, 8)}`);
    const { lookup } = await startSlowRefresh(id);

    const refused = await patch(id, body);
    const refreshed = await lookup;
    await control.letTimePass(11 * HOUR);
    const next = await lookUp(id);

    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: "retry_later" });
    expect(refreshed).toMatchObject({ ok: true });
    expect(next).toMatchObject({ ok: true });
    expect(await read(id)).toMatchObject({ is_active: true, last_refresh_error: null });
  });

  test("B4 of a new grant replaces the one that is being refreshed", async () => {
    const id = await installOn(stack, "slack", "B4REPLACED");
    const { lookup } = await startSlowRefresh(id);
    const grant = {
      access_token: "xoxe.xoxb-REPLACED",
      refresh_token: "xoxe-1-REPLACED",
      token_expires_at: new Date(Date.now() + 12 * HOUR * 1000).toISOString(),
    };

    const replaced = await patch(id, grant);
    await lookup;

    expect(replaced.status).toBe(200);
    expect(await lookUp(id)).toMatchObject({
      ok: true,
      answer: { access_token: grant.access_token },
    });
  });

  test("B4 of other fields is stored", async () => {
    const id = await installOn(stack, "slack", "B4METADATA");
    const { lookup } = await startSlowRefresh(id);

    const patched = await patch(id, { metadata: { plan: "pro" } });

    expect(patched.status).toBe(200);
    expect(await lookup).toMatchObject({ ok: true });
  });
});

describe("a DELETE", () => {
  test("B5 during which the customer installs again is refused with retry_later, and the new grant lives", async () => {
    const id = await installOn(stack, "slack", "B5AGAIN");
    const fault = { kind: "status", status: 503 } as const;
    const path = "/api/apps.uninstall";
    control.addFault({ platform: "slack", path, times: 1, milliseconds: SLOW_MS, fault });

    const deletion = remove(id);
    await sleep(SLOW_MS / 3);
    const again = await installOn(stack, "slack", "B5AGAIN");
    const refused = await deletion;

    expect(again).toBe(id);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: "retry_later" });
    expect(await lookUp(id)).toMatchObject({ ok: true });
    expect(eventsOf(stack, id)).toEqual(["installation.created", "installation.reinstalled"]);
  });

  test("B5 during which the token is refreshed deletes the installation", async () => {
    const id = await installOn(stack, "slack", "B5REFRESH");
    await control.letTimePass(11 * HOUR);
    const { deletion } = await startSlowDeletion(id);
    await lookUp(id);

    expect((await deletion).status).toBe(200);
    expect(await lookUp(id)).toMatchObject({ ok: false, error: "installation_not_found" });
  });

  test("that removed nothing, because another one did, is installation_not_found without an event", async () => {
    const id = await installOn(stack, "slack", "TWICE");
    const { deletion } = await startSlowDeletion(id);

    const other = await callApi(stack, "DELETE", `/installations/${id}?revoke=false`);
    const late = await deletion;

    expect(other.status).toBe(200);
    expect(late.status).toBe(404);
    expect(await late.json()).toMatchObject({ error: "installation_not_found" });
    expect(eventsOf(stack, id)).toEqual([
      "installation.created",
      "installation.uninstalled (deleted)",
    ]);
  });

  test("20 times at once, deletes once and publishes once", async () => {
    const id = await installOn(stack, "slack", "TWENTY");

    const deletions = await Promise.all(Array.from({ length: 20 }, () => remove(id)));

    const statuses = deletions.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, ...Array.from({ length: 19 }, () => 404)]);
    expect(eventsOf(stack, id)).toHaveLength(2);
  });
});
