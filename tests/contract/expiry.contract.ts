import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ImportedInstallation } from "../../core/ports/installation-transfer.ts";
import { newImport } from "./installation-transfer.contract.ts";
import { newPending } from "./pending-installations.contract.ts";
import { type CreateStores, HOUR_SECONDS, hold, read } from "./stores.ts";

const DAY_MS = 86_400_000;

const LIMITS = {
  kinds: ["oauth_app", "slack_bot", "jira_3lo", "github_app"],
  idleDays: 30,
  endsInDays: 30,
  count: 10,
} as const;

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_MS);
}

/** The contract of `Expiry`, for every adapter; `testTokenRetention` has that of `wipeTokens`. */
export function testExpiry(createStores: CreateStores): void {
  describe("removeExpired", () => {
    test("deletes states two hours after they expire, and none before", async () => {
      const { expiry, consumedStates, age } = await createStores();
      const state = { id: randomBytes(16).toString("hex"), expiresAt: daysFromNow(0) };
      await consumedStates.consume([state]);

      await age(1.9 * HOUR_SECONDS);
      expect(await expiry.removeExpired()).toBe(0);
      expect(await consumedStates.consume([state])).toBe(false);

      await age(0.2 * HOUR_SECONDS);
      expect(await expiry.removeExpired()).toBe(1);
      expect(await consumedStates.consume([state])).toBe(true);
    });

    test("deletes pending installations after ten minutes, and none before", async () => {
      const { expiry, pending, age } = await createStores();
      const put = newPending();
      await pending.put(put);

      await age(590);
      expect(await expiry.removeExpired()).toBe(0);

      await age(20);
      expect(await expiry.removeExpired()).toBe(1);
      const choice = { cookieHash: put.cookieHash, organizationId: "two" };
      expect(await pending.take(put.id, choice)).toBeUndefined();
    });
  });

  describe("findIdle", () => {
    async function plant(...changes: Partial<ImportedInstallation>[]) {
      const store = await createStores();
      const rows = changes.map((change) =>
        newImport({ refreshTokenExpiresAt: null, tokenStoredAt: daysFromNow(-1), ...change }),
      );
      await store.transfer.importAll(rows, { dryRun: false });
      const ids = await Promise.all(
        rows.map(async ({ platform, organizationId }) => {
          const token = await store.tokens.findToken({ platform, organizationId });
          return token?.installationId;
        }),
      );
      return { ...store, ids };
    }

    test("finds refresh tokens that were not used for long, the oldest first", async () => {
      const { expiry, ids } = await plant(
        { tokenStoredAt: daysFromNow(-31) },
        { tokenStoredAt: daysFromNow(-29) },
        { tokenStoredAt: daysFromNow(-80) },
      );
      const [idle, , oldest] = ids;

      expect(await expiry.findIdle(LIMITS)).toEqual([oldest, idle]);
      expect(await expiry.findIdle({ ...LIMITS, count: 1 })).toEqual([oldest]);
    });

    test("finds refresh tokens that expire soon, however recent they are", async () => {
      const { expiry, ids } = await plant(
        { refreshTokenExpiresAt: daysFromNow(31) },
        { refreshTokenExpiresAt: daysFromNow(29) },
      );

      expect(await expiry.findIdle(LIMITS)).toEqual([ids[1]]);
    });

    test.each<[string, Partial<ImportedInstallation>]>([
      ["is inactive", { inactiveReason: "disabled" }],
      ["has no refresh token", { refreshToken: null }],
    ])("leaves out an installation that %s", async (_, change) => {
      const { expiry } = await plant({ tokenStoredAt: daysFromNow(-80), ...change });

      expect(await expiry.findIdle(LIMITS)).toEqual([]);
    });

    test("leaves out kinds of app that were not given", async () => {
      const { expiry, ids } = await plant(
        { tokenStoredAt: daysFromNow(-80), platform: "slack", kind: "slack_bot" },
        { tokenStoredAt: daysFromNow(-70), platform: "jira", kind: "jira_3lo" },
      );

      expect(await expiry.findIdle({ ...LIMITS, kinds: ["jira_3lo"] })).toEqual([ids[1]]);
    });

    test("leaves out an installation while its tokens are refreshed or cooling down", async () => {
      const { expiry, tokens, leases, ids, age } = await plant({ tokenStoredAt: daysFromNow(-80) });
      const lease = await hold(leases, await read(tokens, ids[0] ?? ""));
      expect(await expiry.findIdle(LIMITS)).toEqual([]);

      const attempt = { error: "provider_unavailable", seconds: HOUR_SECONDS };
      await leases.coolDown(lease, { ...attempt, outcome: "none" });
      expect(await expiry.findIdle(LIMITS)).toEqual([]);

      await age(HOUR_SECONDS + 1);
      expect(await expiry.findIdle(LIMITS)).toEqual(ids);
    });
  });
}
