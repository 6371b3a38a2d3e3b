import { describe, expect, test } from "vitest";
import type { InactiveReason } from "../../core/installation.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  hold,
  LEASE,
  newAppInstallation,
  newInstallation,
  plant,
  plantIn,
  read,
  readEvents,
  readSecrets,
} from "./stores.ts";

/** The contract of the methods of `TokenStore` that update a stored status, for every adapter. */
export function testGrantRestored(createStores: CreateStores): void {
  describe("reactivate", () => {
    test.each<InactiveReason>(["suspended", "uninstalled", "reauthorization_required"])(
      "reactivates an installation that is stored as %s, and keeps its tokens",
      async (reason) => {
        const { installations, tokens, expiry, id, ...stores } = await plant(createStores);
        await tokens.endInstallation(await readSecrets(tokens, id), reason, "a mistake");
        const before = await readSecrets(tokens, id);

        const isReactivated = await tokens.reactivate(before);
        const reactivated = await installations.find({ id });
        await installations.update(id, { isActive: false });
        await stores.age(8 * DAY_SECONDS);

        expect(isReactivated).toBeDefined();
        expect(reactivated).toMatchObject({
          isActive: true,
          inactiveReason: null,
          lastRefreshError: null,
        });
        expect(await expiry.wipeTokens()).toBe(0);
        expect(await readSecrets(tokens, id)).toMatchObject({
          accessToken: "gho_FAKE1",
          refreshToken: "ghr_FAKE1",
          tokenVersion: before.tokenVersion,
          statusVersion: before.statusVersion + 1,
        });
      },
    );

    test("makes the next lookup mint a token of an App: the old one may have been revoked", async () => {
      const { tokens, id } = await plant(createStores, newAppInstallation());
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      const before = await readSecrets(tokens, id);

      await tokens.reactivate(before);

      const token = await read(tokens, id);
      expect(token).toMatchObject({ isActive: true, expiresAt: null, lifeLeftSeconds: null });
      expect(token.tokenVersion).toBeGreaterThan(before.tokenVersion);
    });

    test("keeps the expiry of another kind of app", async () => {
      const { tokens, id, token } = await plant(createStores);
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);

      await tokens.reactivate(await readSecrets(tokens, id));

      expect((await read(tokens, id)).expiresAt).toEqual(token.expiresAt);
    });

    test("never enables a disabled installation, and has no effect on an active one", async () => {
      const { installations, tokens, id } = await plant(createStores);
      const active = await tokens.reactivate(await readSecrets(tokens, id));
      await installations.update(id, { isActive: false });
      const disabled = await tokens.reactivate(await readSecrets(tokens, id));

      expect([active, disabled]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "disabled" });
      expect((await readSecrets(tokens, id)).statusVersion).toBe(1);
    });

    test("has no effect if the status or the installation of the platform changed", async () => {
      const { installations, tokens, id } = await plant(createStores, newAppInstallation());
      const before = await readSecrets(tokens, id);
      await tokens.endInstallation(before, "suspended", null);
      const suspended = await readSecrets(tokens, id);

      expect(await tokens.reactivate(before)).toBeUndefined();
      expect(
        await tokens.reactivate({ ...suspended, providerInstallationId: "678" }),
      ).toBeUndefined();
      expect(
        await tokens.reactivate({ ...suspended, providerInstallationId: null }),
      ).toBeUndefined();
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "suspended" });
    });

    test("reactivates what has no tokens any more only if it can mint them", async () => {
      const stores = await createStores({ retentionDays: 0 });
      const { tokens, installations } = stores;
      const oauth = await plantIn(stores, newInstallation());
      const app = await plantIn(stores, newAppInstallation());
      for (const { token } of [oauth, app]) await tokens.endGrant(token, "uninstalled", null);

      const results = [oauth, app].map(async ({ id }) =>
        tokens.reactivate(await readSecrets(tokens, id)),
      );

      expect(await Promise.all(results)).toEqual([undefined, { event: null }]);
      expect(await installations.find({ id: oauth.id })).toMatchObject({
        inactiveReason: "uninstalled",
      });
      expect(await read(tokens, app.id)).toMatchObject({ isActive: true, accessToken: null });
    });

    test("reactivates what has a refresh token and no access token", async () => {
      const { tokens, id } = await plant(createStores, { accessToken: null });
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);

      expect(await tokens.reactivate(await readSecrets(tokens, id))).toBeDefined();
    });

    test("stores no event if the grant had ended", async () => {
      const { tokens, id, ...stores } = await plant(createStores);
      await tokens.endInstallation(await readSecrets(tokens, id), "uninstalled", null);

      await tokens.reactivate(await readSecrets(tokens, id));

      expect(await readEvents(stores)).toHaveLength(2);
    });
  });

  describe("expireToken", () => {
    test("makes the next lookup mint a token, and drops one that is being minted", async () => {
      const { tokens, leases, id, token } = await plant(createStores, newAppInstallation());
      const lease = await hold(leases, token);
      const minted = { accessToken: "ghs_FAKE2", refreshToken: null, scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };

      expect(await tokens.expireToken(await readSecrets(tokens, id))).toBe(true);

      const expired = await read(tokens, id);
      expect(expired).toMatchObject({ lifeLeftSeconds: null, refreshAttempts: 0 });
      expect(expired.tokenVersion).toBeGreaterThan(token.tokenVersion);
      const write = leases.write(lease, { ...minted, ...dates }, { keepPrevious: false });
      expect(await write).toBeUndefined();
      expect(await leases.take(expired, LEASE)).toMatchObject({ attempts: 1 });
    });

    test("keeps a status from being stored that was requested before", async () => {
      const { installations, tokens, id } = await plant(createStores, newAppInstallation());
      const before = await readSecrets(tokens, id);

      await tokens.expireToken(before);

      expect(await tokens.endInstallation(before, "suspended", null)).toBeUndefined();
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });

    test("has no effect after the status changed, and returns false", async () => {
      const { tokens, id } = await plant(createStores, newAppInstallation());
      const before = await readSecrets(tokens, id);
      await tokens.endInstallation(before, "suspended", null);
      const suspended = await readSecrets(tokens, id);

      expect(await tokens.expireToken(before)).toBe(false);
      expect((await readSecrets(tokens, id)).tokenVersion).toBe(suspended.tokenVersion);
    });

    test("has an effect on a suspended installation too", async () => {
      const { tokens, id } = await plant(createStores, newAppInstallation());
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      const before = await readSecrets(tokens, id);

      await tokens.expireToken(before);

      const after = await readSecrets(tokens, id);
      expect(after.tokenVersion).toBeGreaterThan(before.tokenVersion);
      expect(after).toMatchObject({ inactiveReason: "suspended", lifeLeftSeconds: null });
    });

    test("has no effect on another kind of app, nor on another installation of the platform", async () => {
      const stores = await createStores();
      const { tokens } = stores;
      const oauth = await plantIn(stores, newInstallation());
      const app = await plantIn(stores, newAppInstallation());

      const other = { ...(await readSecrets(tokens, app.id)), providerInstallationId: "678" };
      expect(await tokens.expireToken(await readSecrets(tokens, oauth.id))).toBe(false);
      expect(await tokens.expireToken(other)).toBe(false);

      for (const { id, token } of [oauth, app]) {
        expect(await read(tokens, id)).toMatchObject({
          expiresAt: token.expiresAt,
          tokenVersion: token.tokenVersion,
        });
      }
    });
  });

  describe("rename", () => {
    test("stores the name, and nothing else", async () => {
      const { installations, tokens, id, installation } = await plant(createStores);

      await tokens.rename(await readSecrets(tokens, id), "New Name");

      expect(await installations.find({ id })).toEqual({
        ...installation,
        organizationName: "New Name",
        updatedAt: expect.any(Date),
      });
    });

    test("has no effect on a row that is about another installation of the platform", async () => {
      const { installations, tokens, id } = await plant(createStores, newAppInstallation());

      await tokens.rename({ installationId: id, providerInstallationId: "678" }, "New Name");

      expect(await installations.find({ id })).toMatchObject({ organizationName: "Test Org" });
    });
  });
}
