import { describe, expect, test } from "vitest";
import type { ImportedInstallation } from "../../core/ports/installation-transfer.ts";
import { newImport } from "./installation-transfer.contract.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  HOUR_SECONDS,
  hold,
  newAppInstallation,
  newInstallation,
  read,
  readSecrets,
} from "./stores.ts";

const LIMITS = { kind: "oauth_app", idleDays: 30, endsInDays: 30, count: 10 } as const;

function daysFromNow(days: number): Date {
  return new Date(Date.now() + days * DAY_SECONDS * 1000);
}

/** The contract of the methods of `Expiry` that find installations to refresh, for every adapter. */
export function testIdleInstallations(createStores: CreateStores): void {
  describe("idle installations", () => {
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

    test("leaves out other kinds of app", async () => {
      const { expiry, ids } = await plant(
        { tokenStoredAt: daysFromNow(-80), platform: "slack", kind: "slack_bot" },
        { tokenStoredAt: daysFromNow(-70), platform: "jira", kind: "jira_3lo" },
      );

      expect(await expiry.findIdle({ ...LIMITS, kind: "jira_3lo" })).toEqual([ids[1]]);
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

    test("B9 leaves out an installation that is passed over, and returns it when the time has ended", async () => {
      const { expiry, ids, age } = await plant(
        { tokenStoredAt: daysFromNow(-80) },
        { tokenStoredAt: daysFromNow(-70) },
      );
      const [failing = "", other] = ids;
      await expiry.passOver(failing, { seconds: DAY_SECONDS });

      expect(await expiry.findIdle({ ...LIMITS, count: 1 })).toEqual([other]);
      await age(DAY_SECONDS - 60);
      expect(await expiry.resume()).toBe(0);
      expect(await expiry.findIdle(LIMITS)).toEqual([other]);
      await age(61);
      expect(await expiry.resume()).toBe(1);
      expect(await expiry.findIdle(LIMITS)).toEqual([failing, other]);
      expect(await expiry.resume()).toBe(0);
    });

    test("B9 does not return an installation whose tokens were replaced while it was passed over", async () => {
      const { expiry, tokens, leases, ids, age } = await plant({ tokenStoredAt: daysFromNow(-80) });
      const [id = ""] = ids;
      await expiry.passOver(id, { seconds: DAY_SECONDS });
      const tokenSet = {
        accessToken: "gho_NEW",
        refreshToken: "ghr_NEW",
        expiresInSeconds: DAY_SECONDS,
        refreshTokenExpiresInSeconds: null,
        scopes: [],
      };
      const lease = await hold(leases, await read(tokens, id));
      await leases.write(lease, tokenSet, { keepPrevious: false });
      await age(DAY_SECONDS + 1);
      await expiry.resume();

      expect(await expiry.findIdle(LIMITS)).toEqual([]);
      await age(30 * DAY_SECONDS);
      expect(await expiry.findIdle(LIMITS)).toEqual([id]);
    });
  });

  describe("suspended installations", () => {
    test("C8 are found, and no others, until they are passed over", async () => {
      const { installations, tokens, expiry, age } = await createStores();
      const created = await Promise.all(
        ["suspended", "uninstalled", "other kind"].map(async (name) => {
          const input = name === "other kind" ? newInstallation() : newAppInstallation();
          return (await installations.create(input)).installation.id;
        }),
      );
      const [suspended = "", uninstalled = "", other = ""] = created;
      await installations.create(newAppInstallation());
      for (const id of [suspended, other]) {
        await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      }
      await tokens.endInstallation(await readSecrets(tokens, uninstalled), "uninstalled", null);
      const limits = { kind: "github_app", count: 10 } as const;

      expect(await expiry.findSuspended(limits)).toEqual([suspended]);
      expect(await expiry.findSuspended({ ...limits, count: 0 })).toEqual([]);
      await expiry.passOver(suspended, { seconds: DAY_SECONDS });
      expect(await expiry.findSuspended(limits)).toEqual([]);
      await age(DAY_SECONDS + 1);
      await expiry.resume();
      expect(await expiry.findSuspended(limits)).toEqual([suspended]);
    });
  });
}
