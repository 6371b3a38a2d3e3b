import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { ConsumedStates } from "../../core/ports/consumed-states.ts";
import type { Expiry } from "../../core/ports/expiry.ts";
import type {
  ImportedInstallation,
  InstallationTransfer,
} from "../../core/ports/installation-transfer.ts";
import type { PendingInstallations } from "../../core/ports/pending-installations.ts";
import type { RefreshLeases } from "../../core/ports/refresh-leases.ts";
import type { TokenStore } from "../../core/ports/token-store.ts";
import { newImport } from "./installation-transfer.contract.ts";
import { newPending } from "./pending-installations.contract.ts";

/** The ports over the same rows, all of them empty, and a way to let time pass. */
export interface ExpiryStore {
  readonly expiry: Expiry;
  readonly consumedStates: ConsumedStates;
  readonly pending: PendingInstallations;
  readonly transfer: InstallationTransfer;
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  /** Makes every stored row so many seconds older. */
  age(seconds: number): Promise<void>;
}

const HOUR_SECONDS = 3_600;
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

/** The promises of `Expiry`, for every adapter to keep. */
export function testExpiry(createStore: () => Promise<ExpiryStore>): void {
  describe("removeExpired", () => {
    test("deletes states two hours after they expire, and none before", async () => {
      const { expiry, consumedStates, age } = await createStore();
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
      const { expiry, pending, age } = await createStore();
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
      const store = await createStore();
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
      const token = await tokens.findToken({ id: ids[0] ?? "" });
      const lease = token && (await leases.take(token));
      if (!lease) throw new Error("The lease was not taken.");
      expect(await expiry.findIdle(LIMITS)).toEqual([]);

      await leases.coolDown(lease, "provider_unavailable", HOUR_SECONDS);
      expect(await expiry.findIdle(LIMITS)).toEqual([]);

      await age(HOUR_SECONDS + 1);
      expect(await expiry.findIdle(LIMITS)).toEqual(ids);
    });
  });
}
