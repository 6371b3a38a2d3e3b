import { describe, expect, test } from "vitest";
import type { TokenSet } from "../../core/ports/provider.ts";
import { leased, planted, startLosingStores, UNCHANGED } from "../support/losing-stores.ts";
import { LEASE, read } from "./stores.ts";

const { remote, loseEach } = await startLosingStores();

const REFRESHED: TokenSet = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

describe("a lease, of which any reply is lost,", () => {
  test("is taken by the caller, with one attempt", async () => {
    const results = await loseEach(planted, ({ token }) => remote.leases.take(token, LEASE));

    for (const { result, row } of results) {
      expect(result).toMatchObject({ attempts: 1, refreshToken: "ghr_FAKE1" });
      expect(row).toMatchObject({ attempts: 1 });
    }
  });

  test("is extended with one more attempt", async () => {
    const results = await loseEach(leased, (lease) => remote.leases.extend(lease, LEASE));

    for (const { result, row } of results) {
      expect(result).toMatchObject({ attempts: 2 });
      expect(row).toMatchObject({ attempts: 2 });
    }
  });

  test("writes new tokens once, and reports it", async () => {
    const results = await loseEach(leased, async (lease) => {
      const written = await remote.leases.write(lease, REFRESHED, { keepPrevious: true });
      return { written, token: await read(remote.tokens, lease.installationId) };
    });

    for (const { result, row } of results) {
      expect(result).toMatchObject({
        written: { expiresAt: null },
        token: { accessToken: "gho_FAKE2" },
      });
      expect(row).toEqual({ ...UNCHANGED, tokenChanges: 1 });
    }
  });

  test.each([
    ["none", 0],
    ["undone", 0],
    ["unknown", 1],
  ] as const)("cools down once after an attempt with the outcome %s", async (outcome, attempts) => {
    const failed = { error: "provider_unavailable", seconds: 30, outcome };
    const results = await loseEach(leased, (lease) => remote.leases.coolDown(lease, failed));

    expect(results[0]?.result).toBe(true);
    for (const { row } of results) expect(row).toEqual({ ...UNCHANGED, attempts, failures: 1 });
  });
});
