import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { sweep } from "../../core/operations/sweep.ts";
import type { OAuthProvider } from "../../core/ports/provider.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallationEvents } from "../support/memory/installation-events.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { jira } from "../support/refresh-fixture.ts";

const LONG = () => 600_000;
const AWAY = new ServiceError("retry_later", "The database is away.");

const slack: OAuthProvider = { ...jira, kind: "slack_bot" };

/** One idle installation per outcome; each refresh has the next outcome. */
async function plant(outcomes: (ErrorCode | "refreshed" | "unchanged")[]) {
  const tokens = createMemoryInstallations();
  const ids: string[] = [];
  for (const _ of outcomes) {
    const change = { platform: "jira", kind: "jira_3lo", clientId: jira.clientId } as const;
    ids.push((await tokens.create(newInstallation(change))).installation.id);
  }
  const left = [...outcomes];
  const passedOver: string[] = [];
  async function refresh(token: StoredToken): Promise<StoredToken> {
    const outcome = left.shift() ?? "unchanged";
    if (outcome === "unchanged") return token;
    if (outcome === "refreshed") return { ...token, tokenVersion: token.tokenVersion + 1 };
    throw new ServiceError(outcome, "It failed.");
  }
  const steps: string[] = [];
  let waiting = ids;
  const expiry = {
    async removeExpired() {
      steps.push("remove");
      return 3;
    },
    async removeLinks() {
      steps.push("links");
      return 4;
    },
    async removeDeliveries() {
      steps.push("deliveries");
      return 5;
    },
    async keyGrants() {
      steps.push("key");
    },
    async storeSearchKeys() {
      steps.push("search");
    },
    async wipeTokens() {
      steps.push("wipe");
      return 2;
    },
    async resume() {
      steps.push("resume");
      return 0;
    },
    async findIdle({ kind, count }: { kind: string; count: number }) {
      steps.push("find");
      if (kind !== "jira_3lo") return [];
      const found = waiting.slice(0, count);
      waiting = waiting.slice(count);
      return found;
    },
    async findSuspended() {
      return [];
    },
    async passOver(id: string, { seconds }: { seconds: number }) {
      expect(seconds).toBe(86_400);
      passedOver.push(id);
    },
  };
  const events = createMemoryInstallationEvents();
  const counts = {
    find: async () => undefined,
    async count() {
      steps.push("count");
    },
  };
  return {
    tokens,
    refresh,
    expiry,
    counts,
    events,
    providers: [jira],
    ids,
    left,
    passedOver,
    steps,
  };
}

describe("the sweep", () => {
  test("counts why refreshes failed, by their error codes", async () => {
    const deps = await plant([
      "provider_unavailable",
      "refreshed",
      "reauthorization_required",
      "provider_unavailable",
      "unchanged",
    ]);

    expect(await sweep(deps, { remainingMs: LONG })).toEqual({
      refreshed: 1,
      unsuspended: 0,
      webhooks: 0,
      failed: 4,
      failures: { provider_unavailable: 2, reauthorization_required: 1 },
      wiped: 2,
      removed: 12,
    });
  });

  test("starts no refresh without the time to complete it", async () => {
    const deps = await plant(Array.from({ length: 20 }, () => "refreshed"));

    const result = await sweep(deps, {
      remainingMs: () => (deps.left.length > 10 ? 100_000 : 80_000),
    });

    expect(result.refreshed).toBeGreaterThanOrEqual(10);
    expect(result.refreshed).toBeLessThan(15);
    expect(result.failed).toBe(0);
    expect(deps.passedOver).toEqual([]);
  });

  test("B9 passes over for a day what it could not refresh, and nothing else", async () => {
    const deps = await plant(["provider_unavailable", "refreshed", "unchanged"]);

    await sweep(deps, { remainingMs: LONG });

    expect(deps.passedOver.toSorted()).toEqual([deps.ids[0], deps.ids[2]].toSorted());
  });

  test("B9 goes on with the next batch, until one is not full", async () => {
    const deps = await plant(Array.from({ length: 2_500 }, () => "refreshed"));

    expect(await sweep(deps, { remainingMs: LONG })).toMatchObject({ refreshed: 2_500 });
    expect(deps.steps).toEqual([
      "resume",
      "find",
      "find",
      "find",
      "wipe",
      "remove",
      "links",
      "deliveries",
      "key",
      "search",
      "count",
    ]);
  });

  test("B9 a kind of app that fails does not keep another from being refreshed", async () => {
    const deps = await plant(["refreshed"]);
    const expiry = {
      ...deps.expiry,
      async findIdle(limits: { kind: string; count: number }) {
        if (limits.kind === "slack_bot") throw AWAY;
        return deps.expiry.findIdle(limits);
      },
    };
    const providers = [slack, jira];

    await expect(sweep({ ...deps, expiry, providers }, { remainingMs: LONG })).rejects.toBe(AWAY);
    expect(deps.left).toEqual([]);
  });

  test("refreshes nothing if no platform is configured", async () => {
    const deps = await plant(["refreshed"]);

    expect(await sweep({ ...deps, providers: [] }, { remainingMs: LONG })).toEqual({
      refreshed: 0,
      unsuspended: 0,
      webhooks: 0,
      failed: 0,
      failures: {},
      wiped: 2,
      removed: 12,
    });
  });

  test("B8 refreshes before it deletes anything", async () => {
    const deps = await plant(["refreshed"]);

    await sweep(deps, { remainingMs: LONG });

    expect(deps.steps).toEqual([
      "resume",
      "find",
      "wipe",
      "remove",
      "links",
      "deliveries",
      "key",
      "search",
      "count",
    ]);
  });

  test.each([
    ["removeExpired", ["resume", "find", "wipe", "links", "deliveries", "key", "search", "count"]],
    ["removeLinks", ["resume", "find", "wipe", "remove", "deliveries", "key", "search", "count"]],
    ["removeDeliveries", ["resume", "find", "wipe", "remove", "links", "key", "search", "count"]],
    ["keyGrants", ["resume", "find", "wipe", "remove", "links", "deliveries", "search", "count"]],
    [
      "storeSearchKeys",
      ["resume", "find", "wipe", "remove", "links", "deliveries", "key", "count"],
    ],
    ["wipeTokens", ["resume", "find", "remove", "links", "deliveries", "key", "search", "count"]],
    ["findIdle", ["resume", "wipe", "remove", "links", "deliveries", "key", "search", "count"]],
    ["resume", ["wipe", "remove", "links", "deliveries", "key", "search", "count"]],
  ] as const)("B8 takes the other steps when %s fails, and fails then", async (name, others) => {
    const deps = await plant(["refreshed"]);
    const expiry = { ...deps.expiry, [name]: () => Promise.reject(AWAY) };

    await expect(sweep({ ...deps, expiry }, { remainingMs: LONG })).rejects.toBe(AWAY);
    expect(deps.steps).toEqual(others);
    expect(deps.left).toHaveLength(name === "findIdle" || name === "resume" ? 1 : 0);
  });
});
