import { describe, expect, test } from "vitest";
import { newImport } from "./installation-transfer.contract.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  hold,
  LEASE,
  newAppInstallation,
  newInstallation,
  plantIn,
  read,
  readSecrets,
  type Stores,
} from "./stores.ts";

/** Ends the grant of a new installation, and returns its id. */
type End = (stores: Stores) => Promise<string>;

const ENDS: [string, End][] = [
  [
    "on evidence about its tokens",
    async (stores) => {
      const { id, token } = await plantIn(stores, newInstallation());
      await stores.tokens.endGrant(token, "reauthorization_required", null);
      return id;
    },
  ],
  [
    "on evidence about the installation",
    async (stores) => {
      const { id } = await plantIn(stores, newInstallation());
      await stores.tokens.endInstallation(
        await readSecrets(stores.tokens, id),
        "uninstalled",
        null,
      );
      return id;
    },
  ],
  [
    "by a refresh",
    async (stores) => {
      const { id, token } = await plantIn(stores, newInstallation());
      await stores.leases.end(await hold(stores.leases, token), "uninstalled", "uninstalled");
      return id;
    },
  ],
  [
    "with its last access token",
    async (stores) => {
      const tokenExpiresAt = new Date(Date.now() + 100);
      const { id, token } = await plantIn(stores, newInstallation({ tokenExpiresAt }));
      await stores.leases.endLater(await hold(stores.leases, token), "lost");
      await stores.age(1);
      await stores.tokens.endExpired(id);
      return id;
    },
  ],
];

const NONE = { accessToken: null, refreshToken: null };

/** The contract for the tokens of ended grants, for every adapter. */
export function testTokenRetention(createStores: CreateStores): void {
  async function previousRefreshTokenOf({ installations, tokens, leases }: Stores, id: string) {
    await installations.update(id, { isActive: true });
    return (await leases.take(await read(tokens, id), LEASE))?.previousRefreshToken;
  }

  describe("the tokens of a grant that ended", () => {
    test.each(ENDS)("%s are kept for seven days, then deleted", async (_, end) => {
      const stores = await createStores();
      const id = await end(stores);
      const kept = await readSecrets(stores.tokens, id);
      await stores.age(7 * DAY_SECONDS - 60);
      const early = await stores.expiry.wipeTokens();
      await stores.age(120);

      expect(kept.accessToken).toBe("gho_FAKE1");
      expect(early).toBe(0);
      expect(await stores.expiry.wipeTokens()).toBe(1);
      expect(await stores.expiry.wipeTokens()).toBe(0);
      const wiped = await readSecrets(stores.tokens, id);
      expect(wiped).toMatchObject(NONE);
      expect(wiped.tokenVersion).toBeGreaterThan(kept.tokenVersion);
      expect(await stores.installations.find({ id })).toMatchObject({
        isActive: false,
        hasRefreshToken: false,
        tokenExpiresAt: null,
        refreshTokenExpiresAt: null,
      });
      expect(await previousRefreshTokenOf(stores, id)).toBeNull();
    });

    test.each(ENDS)("%s are deleted at once without a retention time", async (_, end) => {
      const stores = await createStores({ retentionDays: 0 });
      const id = await end(stores);

      expect(await readSecrets(stores.tokens, id)).toMatchObject(NONE);
      expect(await stores.expiry.wipeTokens()).toBe(0);
      expect(await previousRefreshTokenOf(stores, id)).toBeNull();
    });

    test.each(["suspended", "disabled"] as const)(
      "are kept for an installation that is %s",
      async (reason) => {
        const stores = await createStores({ retentionDays: 0 });
        const { installations, tokens, expiry, age } = stores;
        const { id } = await plantIn(stores, newInstallation());
        if (reason === "disabled") await installations.update(id, { isActive: false });
        else await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
        await age(400 * DAY_SECONDS);

        expect(await expiry.wipeTokens()).toBe(0);
        expect(await readSecrets(tokens, id)).toMatchObject({
          inactiveReason: reason,
          accessToken: "gho_FAKE1",
          refreshToken: "ghr_FAKE1",
        });
      },
    );

    test("are deleted when it is uninstalled while it is suspended", async () => {
      const stores = await createStores();
      const { tokens, expiry, age } = stores;
      const { id } = await plantIn(stores, newAppInstallation());
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      await tokens.endInstallation(await readSecrets(tokens, id), "uninstalled", null);
      await age(7 * DAY_SECONDS + 1);

      expect(await expiry.wipeTokens()).toBe(1);
    });

    test("are deleted seven days after an import", async () => {
      const { transfer, expiry, age } = await createStores();
      const reasons = [
        null,
        "disabled",
        "suspended",
        "uninstalled",
        "reauthorization_required",
      ] as const;
      const imported = reasons.map((inactiveReason) => newImport({ inactiveReason }));
      await transfer.importAll(imported, { dryRun: false });
      const early = await expiry.wipeTokens();
      await age(7 * DAY_SECONDS + 1);

      expect([early, await expiry.wipeTokens()]).toEqual([0, 2]);
    });
  });

  describe("the tokens of a grant that is ending", () => {
    test("are kept while its last access token is returned", async () => {
      const stores = await createStores();
      const { tokens, leases, expiry, age } = stores;
      const { id, token } = await plantIn(stores, newInstallation());
      await leases.endLater(await hold(leases, token), "lost");
      await age(8 * DAY_SECONDS);

      expect(await expiry.wipeTokens()).toBe(0);
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
    });

    test("are kept for seven days from when the refresh token was lost", async () => {
      const stores = await createStores();
      const { tokens, leases, expiry, age } = stores;
      const tokenExpiresAt = new Date(Date.now() + 6 * DAY_SECONDS * 1000);
      const { id, token } = await plantIn(stores, newInstallation({ tokenExpiresAt }));
      await leases.endLater(await hold(leases, token), "lost");
      await age(6 * DAY_SECONDS + 1);
      await tokens.endExpired(id);
      const early = await expiry.wipeTokens();
      await age(DAY_SECONDS);

      expect([early, await expiry.wipeTokens()]).toEqual([0, 1]);
    });

    test("do not include the lost refresh token without a retention time", async () => {
      const stores = await createStores({ retentionDays: 0 });
      const { tokens, leases } = stores;
      const { id, token } = await plantIn(stores, newInstallation());
      await leases.endLater(await hold(leases, token), "lost");

      const ending = await read(tokens, id);
      expect(ending.accessToken).toBe("gho_FAKE1");
      expect(await leases.take(ending, LEASE)).toMatchObject({
        refreshToken: null,
        previousRefreshToken: null,
      });
    });
  });
}
