import { describe, expect, test } from "vitest";
import type { FailedAttempt } from "../../core/ports/refresh-leases.ts";
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

const UNAVAILABLE = { error: "provider_unavailable", seconds: 30 };
const UNKNOWN: FailedAttempt = { ...UNAVAILABLE, outcome: "unknown" };

/** The contract of `RefreshLeases` for refreshes that fail, for every adapter. */
export function testRefreshFailures(createStores: CreateStores): void {
  /** Plants an installation with one refresh of unknown outcome, and takes the lease again. */
  async function plantOpen() {
    const planted = await plant(createStores);
    const { leases, token, age } = planted;
    await leases.coolDown(await hold(leases, token), UNKNOWN);
    await age(60);
    return { ...planted, lease: await hold(leases, token) };
  }

  describe("coolDown", () => {
    test("lets nobody take a lease for its time, and stores the error", async () => {
      const { leases, token, tokens, id, age } = await plant(createStores);
      const isAccepted = await leases.coolDown(await hold(leases, token), UNKNOWN);

      const cooling = await read(tokens, id);
      const early = await leases.take(cooling, LEASE);
      await age(31);
      const cooled = await read(tokens, id);

      expect(isAccepted).toBe(true);
      expect(cooling).toMatchObject({
        lastRefreshError: "provider_unavailable",
        accessToken: "gho_FAKE1",
        refreshFailures: 1,
      });
      expect(cooling.coolDownSeconds).toBeGreaterThan(20);
      expect(cooling.coolDownSeconds).toBeLessThanOrEqual(30);
      expect(early).toBeUndefined();
      expect(cooled.coolDownSeconds).toBeNull();
      expect(await leases.take(cooled, LEASE)).toBeDefined();
    });

    test.each([
      ["leaves an attempt with an unknown outcome open", "unknown", 1],
      ["takes back an attempt that had no effect", "none", 0],
      ["takes back an attempt that was undone", "undone", 0],
    ] as const)("%s", async (_, outcome, refreshAttempts) => {
      const { leases, token, tokens, id, age } = await plant(createStores);
      await leases.coolDown(await hold(leases, token), { ...UNAVAILABLE, outcome });

      expect(await read(tokens, id)).toMatchObject({ refreshAttempts });
      await age(60);
      const { attempts, sentSecondsAgo } = await hold(leases, await read(tokens, id));
      expect(attempts).toBe(refreshAttempts + 1);
      expect(sentSecondsAgo >= 60).toBe(refreshAttempts > 0);
    });

    test.each([
      ["leaves all attempts with an unknown outcome open", "unknown", 2],
      ["takes back the last of several attempts, and not the ones before", "none", 1],
      ["takes back all attempts, if all were undone", "undone", 0],
    ] as const)("%s", async (_, outcome, refreshAttempts) => {
      const { leases, lease, tokens, id, age } = await plantOpen();
      await leases.coolDown(lease, { ...UNAVAILABLE, outcome });

      expect(await read(tokens, id)).toMatchObject({ refreshAttempts });
      await age(60);
      const { attempts, sentSecondsAgo } = await hold(leases, await read(tokens, id));
      expect(attempts).toBe(refreshAttempts + 1);
      expect(sentSecondsAgo >= 120).toBe(refreshAttempts > 0);
    });

    test("stores that the platform confirmed the access token, only then", async () => {
      const { leases, tokens, id, token, age } = await plant(createStores);
      await leases.coolDown(await hold(leases, token), UNKNOWN);
      const without = await read(tokens, id);
      await age(31);
      await leases.coolDown(await hold(leases, without), { ...UNKNOWN, isAlive: true });

      expect(without.aliveSecondsAgo).toBeNull();
      expect((await read(tokens, id)).aliveSecondsAgo).toBeLessThan(2);
    });

    test("has no effect for a holder whose lease another caller took", async () => {
      const { leases, token, tokens, id, age } = await plant(createStores);
      const late = await hold(leases, token);
      await age(LEASE.seconds + 1);
      await hold(leases, token);

      expect(await leases.coolDown(late, { ...UNAVAILABLE, outcome: "undone" })).toBe(false);
      expect(await read(tokens, id)).toMatchObject({
        coolDownSeconds: null,
        lastRefreshError: null,
        refreshAttempts: 2,
        refreshFailures: 0,
      });
    });
  });

  describe("coolDownUnleased", () => {
    test("starts a cool-down without an attempt", async () => {
      const { leases, token, tokens, id } = await plant(createStores, newAppInstallation());

      await leases.coolDownUnleased(token, UNAVAILABLE);

      const cooling = await read(tokens, id);
      expect(cooling).toMatchObject({
        lastRefreshError: "provider_unavailable",
        refreshAttempts: 0,
        refreshFailures: 1,
      });
      expect(cooling.coolDownSeconds).toBeGreaterThan(20);
      expect(await leases.take(cooling, LEASE)).toBeUndefined();
    });

    test("has no effect while another caller has the lease", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      const lease = await hold(leases, token);

      await leases.coolDownUnleased(token, UNAVAILABLE);

      expect(await read(tokens, id)).toMatchObject({ lastRefreshError: null, refreshFailures: 0 });
      expect(await leases.extend(lease, LEASE)).toBeDefined();
    });

    test("never shortens a cool-down", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      await leases.coolDown(await hold(leases, token), UNKNOWN);

      await leases.coolDownUnleased(token, { error: "provider_error", seconds: 2 });
      const kept = await read(tokens, id);
      await leases.coolDownUnleased(token, { error: "provider_error", seconds: 60 });
      const extended = await read(tokens, id);

      expect(kept).toMatchObject({ lastRefreshError: "provider_unavailable" });
      expect(kept.coolDownSeconds).toBeGreaterThan(20);
      expect(extended).toMatchObject({ lastRefreshError: "provider_error" });
      expect(extended.coolDownSeconds).toBeGreaterThan(50);
    });

    test("has no effect if the tokens changed since, or if the installation is not active", async () => {
      const { leases, token, tokens, installations, input, id } = await plant(createStores);
      await installations.upsert(toInstall(input));
      await leases.coolDownUnleased(token, UNAVAILABLE);
      const reinstalled = await read(tokens, id);
      await installations.update(id, { isActive: false });
      await leases.coolDownUnleased(reinstalled, UNAVAILABLE);

      for (const unchanged of [reinstalled, await read(tokens, id)]) {
        expect(unchanged).toMatchObject({ coolDownSeconds: null, lastRefreshError: null });
      }
    });
  });

  describe("end", () => {
    test("deactivates the installation with the reason and the platform's detail, and its event", async () => {
      const { leases, token, installations, id, ...stores } = await plant(createStores);
      const lease = await hold(leases, token);

      const change = await leases.end(lease, "reauthorization_required", "bad_refresh_token");

      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: "bad_refresh_token",
        hasRefreshToken: true,
      });
      expect(change?.event).toMatchObject({
        type: "reauthorization_required",
        installationId: id,
        reason: "bad_refresh_token",
        grantEndsAt: null,
      });
      expect((await readEvents(stores))[1]).toEqual(change?.event);
    });

    test("ends the lease and its attempts", async () => {
      const { leases, lease, tokens, id } = await plantOpen();

      await leases.end(lease, "uninstalled", "uninstalled");

      expect(await leases.extend(lease, LEASE)).toBeUndefined();
      expect(await readSecrets(tokens, id)).toMatchObject({ isRefreshOpen: false });
    });

    test("is a new status: one that was requested before it is not stored", async () => {
      const { leases, tokens, token, id } = await plant(createStores, newAppInstallation());
      const lease = await hold(leases, token);
      const before = await readSecrets(tokens, id);

      await leases.end(lease, "suspended", "suspended");

      expect(await tokens.expireToken(before)).toBe(false);
      expect(await tokens.reactivate(before)).toBeUndefined();
      expect(await tokens.endInstallation(before, "uninstalled", null)).toBeUndefined();
      expect(await tokens.reactivate(await readSecrets(tokens, id))).toBeDefined();
    });

    test("has an event for a suspension", async () => {
      const { leases, token } = await plant(createStores);

      const change = await leases.end(await hold(leases, token), "suspended", "suspended");

      expect(change).toMatchObject({ event: { type: "suspended" } });
    });

    test("has no effect after a re-install, or for a lease that another caller took", async () => {
      const { leases, token, installations, id, input, age, tokens } = await plant(createStores);
      const late = await hold(leases, token);
      await age(LEASE.seconds + 1);
      const other = await hold(leases, token);
      const lateEnd = await leases.end(late, "reauthorization_required", "bad_refresh_token");
      await installations.upsert(toInstall(input));
      const otherEnd = await leases.end(other, "uninstalled", "uninstalled");

      expect([lateEnd, otherEnd]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
    });
  });

  describe("endLater", () => {
    test("moves the refresh token aside, and lets the grant end with its access token", async () => {
      const { leases, lease, tokens, installations, id, ...stores } = await plantOpen();
      const { tokenExpiresAt } = (await installations.find({ id })) ?? {};

      const change = await leases.endLater(lease, "invalid_refresh_token");

      expect(await installations.find({ id })).toMatchObject({
        isActive: true,
        hasRefreshToken: false,
        tokenExpiresAt,
        refreshTokenExpiresAt: null,
        grantEndsAt: tokenExpiresAt,
        lastRefreshError: "invalid_refresh_token",
      });
      expect(await read(tokens, id)).toMatchObject({
        accessToken: "gho_FAKE1",
        grantEndsAt: tokenExpiresAt,
        hasRefreshToken: false,
        refreshAttempts: 0,
        refreshFailures: 0,
        coolDownSeconds: null,
      });
      expect(change?.event).toMatchObject({
        type: "reauthorization_required",
        reason: "invalid_refresh_token",
        grantEndsAt: tokenExpiresAt,
      });
      expect((await readEvents(stores))[1]).toMatchObject({ id: change?.event?.id });
    });

    test("keeps the refresh token encrypted, as the previous one", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      await leases.endLater(await hold(leases, token), "invalid_refresh_token");

      const ending = await read(tokens, id);

      expect(ending.tokenVersion).toBeGreaterThan(token.tokenVersion);
      expect(await leases.take(ending, LEASE)).toMatchObject({
        refreshToken: null,
        previousRefreshToken: "ghr_FAKE1",
      });
    });

    test("has no effect for a lease that another caller took, or a token that does not expire", async () => {
      const { leases, token, tokens, installations, id, age } = await plant(createStores);
      const late = await hold(leases, token);
      await age(LEASE.seconds + 1);
      await hold(leases, token);
      const lateEnd = await leases.endLater(late, "lost");
      await age(LEASE.seconds + 1);
      await installations.update(id, { tokenExpiresAt: null });
      const lasting = await leases.endLater(await hold(leases, await read(tokens, id)), "lost");

      expect([lateEnd, lasting]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({
        hasRefreshToken: true,
        grantEndsAt: null,
      });
    });
  });
}
