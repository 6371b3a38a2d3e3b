import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { TokenLookupResponse } from "../../functions/invoke/responses.ts";
import { installOn } from "../cases/installed.ts";
import { createWebhookSender, slackEvent } from "../cases/webhooks.ts";
import { eventsOf } from "../support/bus-events.ts";
import { newName, plant, works } from "../support/race-installs.ts";
import { callApi, GITHUB_APP, invoke, startTestStack } from "../support/stack.ts";

/** Where commits are refused, one of a hundred deliveries would be refused, too, which GitHub does not repeat. */
const TIMES = process.env.DSQL_MODE === undefined ? 100 : 10;
const HOUR = 3600;

const stack = await startTestStack(GITHUB_APP);
const { control } = stack.platforms;
const { sql } = stack.database;

const webhooks = createWebhookSender(stack);
const lookUp = (id: string) => invoke(stack, "token-lookup", { installation_id: id });
const read = async (id: string) => (await callApi(stack, "GET", `/installations/${id}`)).json();

async function tokenOf(id: string): Promise<string> {
  const lookup = await lookUp(id);
  return v.parse(TokenLookupResponse, lookup.ok ? lookup.answer : {}).access_token;
}

/** Sends an event until it is taken: a database that was busy for too long returns a 503, after which Slack repeats it. */
async function deliverToSlack(event: string): Promise<{ readonly status: number }> {
  const response = await webhooks.slack(event);
  return response.status === 503 ? deliverToSlack(event) : response;
}

/** Waits until so many refreshes are under way. */
async function untilRefreshing(count: number): Promise<void> {
  for (;;) {
    const [row] = await sql<[{ count: number }]>`
      select count(*)::int from installations where refresh_attempts > 0
    `;
    if (row.count >= count) return;
    await sleep(20);
  }
}

describe("A6 an uninstall at GitHub during a refresh", () => {
  test(`ends the installation at once: the next lookup after the webhook, ${TIMES} of ${TIMES} times`, async () => {
    const names = Array.from({ length: TIMES }, newName);
    const ids = await Promise.all(names.map((name) => plant(stack, "github", name)));
    await control.github.deliveries();
    // Each mint is done at once, and its response arrives after the uninstall.
    const path = "/api/app/installations/*";
    const fault = { kind: "late_reply", milliseconds: 4_000 } as const;
    control.addFault({ platform: "github", method: "POST", path, times: TIMES, fault });

    const lookups = ids.map(lookUp);
    await untilRefreshing(TIMES);
    for (const account of names) await control.github.uninstall({ account });
    const deliveries = (await control.github.deliveries()).slice(-TIMES);
    const next = await Promise.all(ids.map(lookUp));
    await Promise.all(lookups);
    const later = await Promise.all(ids.map(lookUp));

    expect(new Set(deliveries.map(({ status }) => status))).toEqual(new Set([202]));
    const inactive = { ok: false, error: "installation_inactive" };
    for (const result of [...next, ...later]) expect(result).toMatchObject(inactive);
    for (const id of ids) {
      expect(eventsOf(stack, id)).toEqual(["installation.uninstalled (uninstalled)"]);
    }
  });

  test("does not end an installation that was made again meanwhile", async () => {
    const id = await installOn(stack, "github", "again");
    control.github.holdDeliveries();
    await control.github.uninstall({ account: "again" });
    const same = await installOn(stack, "github", "again");
    await control.github.releaseDeliveries();
    await control.github.deliveries();

    expect(same).toBe(id);
    expect(await read(id)).toMatchObject({ is_active: true });
    expect(await works(stack, "github", await tokenOf(id))).toBe(true);
  });
});

describe("a check of a Slack token during a refresh", () => {
  test(`ends nothing, ${TIMES} of ${TIMES} times: Slack is asked again about the new token`, async () => {
    const names = Array.from({ length: TIMES }, newName);
    const ids = await Promise.all(names.map((name) => plant(stack, "slack", name)));
    const path = "/api/oauth.v2.access";
    control.addFault({ platform: "slack", path, times: TIMES, milliseconds: 10_000 });
    const body = { ok: false, error: "token_revoked" };
    const fault = { kind: "status", status: 200, body } as const;
    const check = "/api/auth.test";
    control.addFault({ platform: "slack", path: check, times: "until_cleared", fault });
    const checks = () => control.requests().filter((request) => request.path === check).length;

    const lookups = ids.map(lookUp);
    await untilRefreshing(TIMES);
    const before = checks();
    const sent = names.map((name) =>
      deliverToSlack(slackEvent("tokens_revoked", `T${name.toUpperCase()}`)),
    );
    while (checks() - before < TIMES) await sleep(20);
    control.clearFaults();
    const delivered = await Promise.all(sent);

    expect(new Set(delivered.map(({ status }) => status))).toEqual(new Set([202]));
    await stack.aws.eventsSettled();
    for (const result of await Promise.all(lookups)) expect(result).toMatchObject({ ok: true });
    for (const id of ids) {
      expect(await read(id)).toMatchObject({ is_active: true });
      expect(eventsOf(stack, id)).toEqual([]);
    }
  });

  test("waits while the outcome of the refresh is unknown", async () => {
    const name = newName();
    const id = await plant(stack, "slack", name);
    await sql`
      update installations set refresh_attempts = 1, refresh_sent_at = now() where id = ${id}
    `;
    control.slack?.configure({ holdEvents: true });
    await control.revoke("slack", `T${name.toUpperCase()}`);

    const body = slackEvent("app_uninstalled", `T${name.toUpperCase()}`);
    const { status } = await webhooks.slack(body);
    await sleep(1_000);
    const meanwhile = await read(id);
    await sql`
      update installations set refresh_attempts = 0, refresh_sent_at = null where id = ${id}
    `;
    await stack.aws.eventsSettled();

    expect(status).toBe(202);
    expect(meanwhile).toMatchObject({ is_active: true });
    expect(await read(id)).toMatchObject({ is_active: false, inactive_reason: "uninstalled" });
  });
});

describe("D6 a stored token of the App", () => {
  const CHANGES = [
    [
      "new permissions were accepted",
      (account: string) =>
        control.github.acceptPermissions({ account, permissions: { contents: "read" } }),
      ["installation.permissions_changed"],
    ],
    [
      "other repositories were chosen",
      (account: string) => control.github.chooseRepositories({ account, repositories: ["main"] }),
      [],
    ],
    [
      "a suspension ended",
      async (account: string) => {
        await control.github.suspend({ account });
        await control.github.deliveries();
        await control.github.unsuspend({ account });
      },
      ["installation.suspended (suspended)", "installation.unsuspended"],
    ],
  ] as const;

  test.each(CHANGES)(
    "is not returned after %s: the next lookup mints another",
    async (_, change, events) => {
      const account = newName();
      const id = await installOn(stack, "github", account);
      const old = await tokenOf(id);

      await change(account);
      await control.github.deliveries();
      const next = await tokenOf(id);
      const later = await tokenOf(id);

      expect(next).not.toBe(old);
      expect(later).toBe(next);
      expect(await works(stack, "github", next)).toBe(true);
      expect(eventsOf(stack, id)).toEqual(["installation.created", ...events]);
    },
  );

  test("that was minted before new permissions and arrives after them is not stored", async () => {
    const account = newName();
    const id = await installOn(stack, "github", account);
    await control.letTimePass(2 * HOUR);
    const path = "/api/app/installations/*";
    const fault = { kind: "late_reply", milliseconds: 1_500 } as const;
    control.addFault({ platform: "github", method: "POST", path, times: 1, fault });

    const early = tokenOf(id);
    await untilRefreshing(1);
    await sleep(200);
    await control.github.acceptPermissions({ account, permissions: { contents: "read" } });
    await control.github.deliveries();
    const next = await tokenOf(id);

    expect(await tokenOf(id)).toBe(next);
    expect([next, await early]).toEqual([next, next]);
    expect(await works(stack, "github", next)).toBe(true);
  });
});
