import { describe, expect, test } from "vitest";
import {
  type CreateStores,
  hold,
  LEASE,
  newAppInstallation,
  plant,
  read,
  readEvents,
  readSecrets,
  toInstall,
} from "./stores.ts";

/** The contract of the methods of `TokenStore` that end a grant, for every adapter. */
export function testGrantEnds(createStores: CreateStores): void {
  describe("endGrant", () => {
    test("deactivates the installation with the reason and the platform's detail", async () => {
      const { installations, tokens, id, token, ...stores } = await plant(createStores);

      const change = await tokens.endGrant(token, "reauthorization_required", "token_expired");

      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: "token_expired",
        hasRefreshToken: true,
      });
      expect(change?.event).toMatchObject({
        type: "reauthorization_required",
        installationId: id,
        platform: "github",
        organizationName: "Test Org",
        reason: "token_expired",
        grantEndsAt: null,
      });
      expect((await readEvents(stores))[1]).toEqual(change?.event);
    });

    test("names the reason in the event if there is no detail", async () => {
      const { tokens, token } = await plant(createStores);

      const change = await tokens.endGrant(token, "uninstalled", null);

      expect(change?.event).toMatchObject({ type: "uninstalled", reason: "uninstalled" });
    });

    test("has no effect if the tokens changed since, or an operator disabled the installation", async () => {
      const { installations, tokens, id, input, token, ...stores } = await plant(createStores);
      await installations.upsert(toInstall(input));
      const stale = await tokens.endGrant(token, "uninstalled", null);
      const afterReinstall = await installations.find({ id });
      await installations.update(id, { isActive: false });
      const disabled = await tokens.endGrant(await read(tokens, id), "uninstalled", null);

      expect([stale, disabled]).toEqual([undefined, undefined]);
      expect(afterReinstall).toMatchObject({ isActive: true, lastRefreshError: null });
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "disabled" });
      expect(await readEvents(stores)).toHaveLength(2);
    });

    test("has no effect while a refresh is under way or has an unknown outcome", async () => {
      const { installations, tokens, leases, id, token, age } = await plant(createStores);
      const lease = await hold(leases, token);
      const during = await tokens.endGrant(token, "reauthorization_required", null);
      const failed = { error: "provider_unavailable", seconds: 2 };
      await leases.coolDown(lease, { ...failed, outcome: "unknown" });
      await age(3);
      const unknown = await tokens.endGrant(token, "reauthorization_required", null);

      expect([during, unknown]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });

    test("ends a grant whose refresh failed without an effect, also in its cool-down", async () => {
      const { tokens, leases, token } = await plant(createStores);
      const failed = { error: "provider_rate_limited", seconds: 30 };
      await leases.coolDown(await hold(leases, token), { ...failed, outcome: "none" });

      expect(await tokens.endGrant(token, "uninstalled", null)).toBeDefined();
    });

    test("ends a suspended installation, once, for one caller of many", async () => {
      const { installations, tokens, id } = await plant(createStores);
      await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      const token = await read(tokens, id);

      const ended = await Promise.all(
        Array.from({ length: 10 }, () => tokens.endGrant(token, "uninstalled", null)),
      );

      expect(ended.filter((change) => change !== undefined)).toHaveLength(1);
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "uninstalled" });
    });
  });

  describe("endInstallation", () => {
    test("deactivates the installation, and returns the event that it stored", async () => {
      const { installations, tokens, id, ...stores } = await plant(createStores);
      const secrets = await readSecrets(tokens, id);

      const change = await tokens.endInstallation(secrets, "uninstalled", null);

      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "uninstalled",
      });
      expect(change?.event).toMatchObject({ type: "uninstalled", reason: "uninstalled" });
      expect((await readEvents(stores))[1]).toEqual(change?.event);
    });

    test("ends a grant that was ending, at once", async () => {
      const { installations, tokens, leases, id, token } = await plant(createStores);
      await leases.endLater(await hold(leases, token), "lost");

      await tokens.endInstallation(await readSecrets(tokens, id), "uninstalled", null);

      expect(await installations.find({ id })).toMatchObject({
        inactiveReason: "uninstalled",
        grantEndsAt: null,
      });
    });

    test("has an event for a suspension and for its end", async () => {
      const { installations, tokens, id, ...stores } = await plant(createStores);

      const change = await tokens.endInstallation(await readSecrets(tokens, id), "suspended", null);
      const restored = await tokens.reactivate(await readSecrets(tokens, id));

      expect(change).toMatchObject({ event: { type: "suspended", reason: "suspended" } });
      expect(restored).toMatchObject({ event: { type: "unsuspended", reason: null } });
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
      expect((await readEvents(stores)).slice(1)).toEqual([change?.event, restored?.event]);
    });

    test("ends a refresh that is under way: its tokens are not stored", async () => {
      const { installations, tokens, leases, id, token } = await plant(
        createStores,
        newAppInstallation(),
      );
      const lease = await hold(leases, token);
      const minted = { accessToken: "ghs_FAKE2", refreshToken: null, scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };

      const change = await tokens.endInstallation(
        await readSecrets(tokens, id),
        "uninstalled",
        null,
      );

      expect(change).toBeDefined();
      expect(
        await leases.write(lease, { ...minted, ...dates }, { keepPrevious: false }),
      ).toBeUndefined();
      const failed = { error: "provider_error", seconds: 30, outcome: "none" } as const;
      expect(await leases.coolDown(lease, failed)).toBe(false);
      expect(await installations.find({ id })).toMatchObject({
        inactiveReason: "uninstalled",
        lastRefreshError: null,
      });
      expect(await read(tokens, id)).toMatchObject({ refreshAttempts: 0, coolDownSeconds: null });
    });

    test("has no effect on a row that is about another installation of the platform now", async () => {
      const { installations, tokens, id, input } = await plant(createStores, newAppInstallation());
      const secrets = await readSecrets(tokens, id);
      await installations.upsert(toInstall({ ...input, providerInstallationId: "678" }));
      const { statusVersion } = await readSecrets(tokens, id);

      const other = { ...secrets, statusVersion };
      const none = { ...other, providerInstallationId: null };

      expect(await tokens.endInstallation(other, "uninstalled", null)).toBeUndefined();
      expect(await tokens.endInstallation(none, "uninstalled", null)).toBeUndefined();
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });

    test("has no effect if the status changed since it was requested", async () => {
      const { installations, tokens, id } = await plant(createStores);
      const first = await readSecrets(tokens, id);
      await tokens.endInstallation(first, "suspended", null);
      const second = await readSecrets(tokens, id);
      await tokens.reactivate(second);

      expect(await tokens.endInstallation(first, "suspended", null)).toBeUndefined();
      expect(await tokens.endInstallation(second, "uninstalled", null)).toBeUndefined();
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });

    test("has no effect on an installation that has ended or is disabled", async () => {
      const { installations, tokens, id, token } = await plant(createStores);
      await tokens.endGrant(token, "reauthorization_required", null);
      const ended = await tokens.endInstallation(
        await readSecrets(tokens, id),
        "uninstalled",
        null,
      );
      await installations.update(id, { isActive: false });
      const disabled = await tokens.endInstallation(
        await readSecrets(tokens, id),
        "uninstalled",
        null,
      );

      expect([ended, disabled]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "disabled" });
    });
  });

  describe("endExpired", () => {
    async function plantEnding() {
      const tokenExpiresAt = new Date(Date.now() + 60_000);
      const planted = await plant(createStores, { tokenExpiresAt });
      await planted.leases.endLater(await hold(planted.leases, planted.token), "lost");
      return planted;
    }

    test("ends a grant when its access token has expired, without a second event", async () => {
      const { installations, tokens, id, ...stores } = await plantEnding();
      const early = await tokens.endExpired(id);
      await stores.age(61);
      const late = await tokens.endExpired(id);
      const again = await tokens.endExpired(id);

      expect([early, late, again]).toEqual([false, true, false]);
      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: "lost",
        grantEndsAt: null,
      });
      expect(await readEvents(stores)).toHaveLength(2);
    });

    test("fences a lease that was taken before, whose owner it leaves", async () => {
      const { installations, tokens, leases, id, age } = await plantEnding();
      const lease = await hold(leases, await read(tokens, id));
      await age(61);
      await tokens.endExpired(id);
      const refreshed = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };

      const written = await leases.write(
        lease,
        { ...refreshed, ...dates },
        { keepPrevious: false },
      );

      expect(written).toBeUndefined();
      expect(await leases.extend(lease, LEASE)).toBeUndefined();
      expect(await installations.find({ id })).toMatchObject({ isActive: false });
    });

    test("has no effect on a grant that does not end, or that was installed again", async () => {
      const { installations, tokens, id, input, age } = await plantEnding();
      await installations.upsert(toInstall(input));
      const unknown = `inst-${"0".repeat(32)}`;
      await age(61);

      expect([await tokens.endExpired(id), await tokens.endExpired(unknown)]).toEqual([
        false,
        false,
      ]);
    });

    test("has no effect on an installation that is inactive already", async () => {
      const { installations, tokens, id, age } = await plantEnding();
      await installations.update(id, { isActive: false });
      await age(61);

      expect(await tokens.endExpired(id)).toBe(false);
      expect(await installations.find({ id })).toMatchObject({ inactiveReason: "disabled" });
    });
  });

  describe("a lease", () => {
    test("is not taken after the grant has ended", async () => {
      const { tokens, leases, id, token } = await plant(createStores);
      await tokens.endGrant(token, "reauthorization_required", null);

      expect(await leases.take(await read(tokens, id), LEASE)).toBeUndefined();
    });
  });
}
