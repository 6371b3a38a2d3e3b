import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { sweep } from "../../core/operations/sweep.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { newInstallation } from "../contract/stores.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { jira } from "../support/refresh-fixture.ts";

const LONG = () => 600_000;

/** One idle installation per outcome; each refresh has the next outcome. */
async function plant(outcomes: (ErrorCode | "refreshed" | "unchanged")[]) {
  const tokens = createMemoryInstallations();
  const ids: string[] = [];
  for (const _ of outcomes) {
    const change = { platform: "jira", kind: "jira_3lo", clientId: jira.clientId } as const;
    ids.push((await tokens.create(newInstallation(change))).installation.id);
  }
  const left = [...outcomes];
  async function refresh(token: StoredToken): Promise<StoredToken> {
    const outcome = left.shift() ?? "unchanged";
    if (outcome === "unchanged") return token;
    if (outcome === "refreshed") return { ...token, tokenVersion: token.tokenVersion + 1 };
    throw new ServiceError(outcome, "It failed.");
  }
  const steps: string[] = [];
  const expiry = {
    async removeExpired() {
      steps.push("remove");
      return 3;
    },
    async wipeTokens() {
      steps.push("wipe");
      return 2;
    },
    async findIdle() {
      steps.push("find");
      return ids;
    },
  };
  return { tokens, refresh, expiry, providers: [jira], left, steps };
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
      failed: 4,
      failures: { provider_unavailable: 2, reauthorization_required: 1 },
      wiped: 2,
      removed: 3,
    });
  });

  test("starts no refresh without the time to complete it", async () => {
    const deps = await plant(["refreshed", "refreshed"]);

    const result = await sweep(deps, {
      remainingMs: () => (deps.left.length > 1 ? 100_000 : 80_000),
    });

    expect(result).toMatchObject({ refreshed: 1, failed: 0 });
  });

  test("refreshes nothing if no platform is configured", async () => {
    const deps = await plant(["refreshed"]);

    expect(await sweep({ ...deps, providers: [] }, { remainingMs: LONG })).toEqual({
      refreshed: 0,
      failed: 0,
      failures: {},
      wiped: 2,
      removed: 3,
    });
  });

  test("B8 refreshes before it deletes anything", async () => {
    const deps = await plant(["refreshed"]);

    await sweep(deps, { remainingMs: LONG });

    expect(deps.steps).toEqual(["find", "wipe", "remove"]);
  });

  const AWAY = new ServiceError("retry_later", "The database is away.");

  test.each([
    ["removeExpired", ["find", "wipe"]],
    ["wipeTokens", ["find", "remove"]],
    ["findIdle", ["wipe", "remove"]],
  ] as const)("B8 takes the other steps when %s fails, and fails then", async (name, others) => {
    const deps = await plant(["refreshed"]);
    const expiry = { ...deps.expiry, [name]: () => Promise.reject(AWAY) };

    await expect(sweep({ ...deps, expiry }, { remainingMs: LONG })).rejects.toBe(AWAY);
    expect(deps.steps).toEqual(others);
    expect(deps.left).toHaveLength(name === "findIdle" ? 1 : 0);
  });
});
