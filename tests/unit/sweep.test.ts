import { describe, expect, test } from "vitest";
import { type ErrorCode, ServiceError } from "../../core/errors.ts";
import { sweep } from "../../core/operations/sweep.ts";
import type { StoredToken } from "../../core/ports/token-store.ts";
import { newInstallation } from "../contract/installation-repository.contract.ts";
import { createMemoryInstallations } from "../support/memory/installations.ts";
import { jira } from "../support/refresh-fixture.ts";

const LONG = () => 600_000;

/** One idle installation per outcome; each refresh has the next outcome. */
async function plant(outcomes: (ErrorCode | "refreshed" | "unchanged")[]) {
  const tokens = createMemoryInstallations();
  const ids: string[] = [];
  for (const _ of outcomes) {
    const change = { platform: "jira", kind: "jira_3lo" } as const;
    ids.push((await tokens.create(newInstallation(change))).id);
  }
  const left = [...outcomes];
  async function refresh(token: StoredToken): Promise<StoredToken> {
    const outcome = left.shift() ?? "unchanged";
    if (outcome === "unchanged") return token;
    if (outcome === "refreshed") return { ...token, tokenVersion: token.tokenVersion + 1 };
    throw new ServiceError(outcome, "It failed.");
  }
  const expiry = { removeExpired: async () => 3, findIdle: async () => ids };
  return { tokens, refresh, expiry, providers: [jira], left };
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
      removed: 3,
      refreshed: 1,
      failed: 4,
      failures: { provider_unavailable: 2, reauthorization_required: 1 },
    });
  });

  test("starts no refresh without the time to complete it", async () => {
    const deps = await plant(["refreshed", "refreshed"]);

    const result = await sweep(deps, {
      remainingMs: () => (deps.left.length > 1 ? 20_000 : 10_000),
    });

    expect(result).toMatchObject({ refreshed: 1, failed: 0 });
  });

  test("refreshes nothing if no platform is configured", async () => {
    const deps = await plant(["refreshed"]);

    expect(await sweep({ ...deps, providers: [] }, { remainingMs: LONG })).toEqual({
      removed: 3,
      refreshed: 0,
      failed: 0,
      failures: {},
    });
  });
});
