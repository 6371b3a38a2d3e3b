import { describe, expect, test } from "vitest";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import type { TokenSet } from "../../core/ports/provider.ts";
import type { RefreshLease, RefreshLeases } from "../../core/ports/refresh-leases.ts";
import type { StoredToken, TokenStore } from "../../core/ports/token-store.ts";
import { newInstallation } from "./installation-repository.contract.ts";

/** The three ports over the same rows, and a way to let time pass for leases. */
export interface LeaseStore {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
  readonly leases: RefreshLeases;
  /** Makes all leases and cool-downs so many seconds older. */
  age(seconds: number): Promise<void>;
}

const LEASE_SECONDS = 16;

const RENEWED: TokenSet = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresAt: new Date(Date.now() + 3_600_000),
  refreshTokenExpiresAt: new Date("2031-01-01T00:00:00Z"),
  scopes: ["repo"],
};

/** The promises of `RefreshLeases`, for every adapter to keep. */
export function testRefreshLeases(createStore: () => Promise<LeaseStore>): void {
  async function plant() {
    const store = await createStore();
    const input = newInstallation();
    const { id } = await store.installations.create(input);
    return { ...store, input, id, token: await read(store.tokens, id) };
  }

  describe("take", () => {
    test("returns a lease to one caller, and none to the others", async () => {
      const { leases, token, id } = await plant();

      const taken = await Promise.all(Array.from({ length: 20 }, () => leases.take(token)));

      const won = taken.filter((lease) => lease !== undefined);
      expect(won).toHaveLength(1);
      expect(won[0]).toMatchObject({
        installationId: id,
        tokenVersion: token.tokenVersion,
        refreshToken: "ghr_FAKE1",
        previousRefreshToken: null,
        rotatedSecondsAgo: null,
      });
    });

    test("returns a lease without a refresh token too, because an App mints its tokens", async () => {
      const { installations, tokens, leases } = await createStore();
      const { id } = await installations.create(newInstallation({ refreshToken: null }));

      expect(await leases.take(await read(tokens, id))).toMatchObject({ refreshToken: null });
    });

    test("returns a lease again after it expired, and not before", async () => {
      const { leases, token, age } = await plant();
      const first = await held(leases, token);
      await age(LEASE_SECONDS - 10);
      const early = await leases.take(token);
      await age(10);

      const late = await held(leases, token);

      expect(early).toBeUndefined();
      expect(late.owner).not.toBe(first.owner);
    });

    test("returns none for tokens that are not the stored ones any more", async () => {
      const { leases, token, installations, input } = await plant();
      await installations.upsert(input);

      expect(await leases.take(token)).toBeUndefined();
    });

    test("returns none if the installation is not active", async () => {
      const { leases, token, installations, id } = await plant();
      await installations.update(id, { isActive: false });

      expect(await leases.take(token)).toBeUndefined();
    });
  });

  describe("a lease", () => {
    test("rejects a deactivation by others, who get false", async () => {
      const { leases, token, tokens, installations, id } = await plant();
      await held(leases, token);

      expect(await tokens.deactivate(token, "uninstalled", null)).toBe(false);
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });
  });

  describe("write", () => {
    test("stores new tokens, ends the lease, and deletes the last error", async () => {
      const { leases, token, tokens, installations, id } = await plant();
      const lease = await held(leases, token);

      expect(await leases.write(lease, RENEWED, { keepPrevious: true })).toBe(true);

      const stored = await read(tokens, id);
      expect(stored).toMatchObject({ accessToken: "gho_FAKE2", scopes: ["repo"] });
      expect(stored.tokenVersion).toBe(token.tokenVersion + 1);
      expect(stored.lifeLeftSeconds).toBeGreaterThan(3500);
      expect(stored.lifeLeftSeconds).toBeLessThanOrEqual(3600);
      expect(await installations.find({ id })).toMatchObject({ lastRefreshError: null });
      const next = await held(leases, stored);
      expect(next).toMatchObject({
        refreshToken: "ghr_FAKE2",
        previousRefreshToken: "ghr_FAKE1",
        rotatedSecondsAgo: expect.any(Number),
      });
    });

    test("stores no previous refresh token without keepPrevious", async () => {
      const { leases, token, tokens, id } = await plant();
      await leases.write(await held(leases, token), RENEWED, { keepPrevious: false });

      const next = await held(leases, await read(tokens, id));

      expect(next).toMatchObject({ refreshToken: "ghr_FAKE2", previousRefreshToken: null });
    });

    test.each([
      ["omits", null],
      ["returns unchanged", "ghr_FAKE1"],
    ])("keeps the refresh token that a response %s, without a rotation", async (_, same) => {
      const { leases, token, tokens, id } = await plant();
      const partial = { ...RENEWED, refreshToken: same, scopes: [] };
      await leases.write(await held(leases, token), partial, { keepPrevious: true });

      const stored = await read(tokens, id);
      const next = await held(leases, stored);

      expect(stored.scopes).toEqual(["repo", "read:org"]);
      expect(next).toMatchObject({
        refreshToken: "ghr_FAKE1",
        previousRefreshToken: null,
        rotatedSecondsAgo: null,
      });
    });

    test("has no effect after another caller took the lease", async () => {
      const { leases, token, tokens, id, age } = await plant();
      const late = await held(leases, token);
      await age(LEASE_SECONDS);
      const newer = await held(leases, token);

      expect(await leases.write(late, RENEWED, { keepPrevious: true })).toBe(false);
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
      expect(await leases.write(newer, RENEWED, { keepPrevious: true })).toBe(true);
      expect(await leases.write(late, RENEWED, { keepPrevious: true })).toBe(false);
    });

    test("has no effect after a re-install", async () => {
      const { leases, token, tokens, id, installations, input } = await plant();
      const lease = await held(leases, token);
      await installations.upsert({ ...input, accessToken: "gho_FAKE3" });

      expect(await leases.write(lease, RENEWED, { keepPrevious: true })).toBe(false);
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE3");
    });

    test("has no effect for older tokens than the stored ones, whoever has the lease", async () => {
      const { leases, token, tokens, id } = await plant();
      const lease = await held(leases, token);
      const older = { ...lease, tokenVersion: lease.tokenVersion - 1 };

      expect(await leases.write(older, RENEWED, { keepPrevious: true })).toBe(false);
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
    });

    test("has an effect after the lease expired, if nobody took it over", async () => {
      const { leases, token, tokens, id, age } = await plant();
      const lease = await held(leases, token);
      await age(LEASE_SECONDS);

      expect(await leases.write(lease, RENEWED, { keepPrevious: true })).toBe(true);
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE2");
    });
  });

  describe("extend", () => {
    test("starts the time of the lease again, for its holder only", async () => {
      const { leases, token, age } = await plant();
      const lease = await held(leases, token);
      await age(10);
      const renewed = await leases.extend(lease);
      await age(10);

      expect(renewed).toBe(true);
      expect(await leases.take(token)).toBeUndefined();
      expect(await leases.extend({ ...lease, owner: crypto.randomUUID() })).toBe(false);
    });
  });

  describe("coolDown", () => {
    test("rejects all leases for its time, and stores the error", async () => {
      const { leases, token, tokens, id, age } = await plant();
      await leases.coolDown(await held(leases, token), "provider_unavailable", 30);

      const cooling = await read(tokens, id);
      const early = await leases.take(cooling);
      await age(31);
      const cooled = await read(tokens, id);

      expect(cooling).toMatchObject({
        isCoolingDown: true,
        lastRefreshError: "provider_unavailable",
        accessToken: "gho_FAKE1",
      });
      expect(early).toBeUndefined();
      expect(cooled.isCoolingDown).toBe(false);
      expect(await leases.take(cooled)).toBeDefined();
    });

    test("has no effect after another caller took the lease", async () => {
      const { leases, token, tokens, id, age } = await plant();
      const late = await held(leases, token);
      await age(LEASE_SECONDS);
      await held(leases, token);

      await leases.coolDown(late, "provider_unavailable", 30);

      expect(await read(tokens, id)).toMatchObject({
        isCoolingDown: false,
        lastRefreshError: null,
      });
    });
  });

  describe("end", () => {
    test("deactivates the installation, with the reason and the platform's error", async () => {
      const { leases, token, installations, id } = await plant();
      const lease = await held(leases, token);

      expect(await leases.end(lease, "reauthorization_required", "bad_refresh_token")).toBe(true);
      expect(await installations.find({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "reauthorization_required",
        lastRefreshError: "bad_refresh_token",
      });
    });

    test("keeps the tokens of a grant that ended at the platform", async () => {
      const { leases, token, installations, id } = await plant();

      await leases.end(await held(leases, token), "reauthorization_required", "invalid_grant");

      expect(await installations.find({ id })).toMatchObject({ hasRefreshToken: true });
    });

    test("deletes the tokens of an uninstalled installation", async () => {
      const { leases, token, installations, id } = await plant();

      await leases.end(await held(leases, token), "uninstalled", "uninstalled");

      expect(await installations.find({ id })).toMatchObject({
        inactiveReason: "uninstalled",
        hasRefreshToken: false,
        tokenExpiresAt: null,
      });
    });

    test("returns false and has no effect after a re-install, or after another caller took the lease", async () => {
      const { leases, token, installations, id, input, age, tokens } = await plant();
      const late = await held(leases, token);
      await age(LEASE_SECONDS);
      const other = await held(leases, token);
      const isLateEnded = await leases.end(late, "reauthorization_required", "bad_refresh_token");
      await installations.upsert(input);
      const isOtherEnded = await leases.end(other, "uninstalled", "uninstalled");

      expect([isLateEnded, isOtherEnded]).toEqual([false, false]);
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
    });
  });
}

async function read(tokens: TokenStore, id: string): Promise<StoredToken> {
  const token = await tokens.findToken({ id });
  if (!token) throw new Error("There is no such installation.");
  return token;
}

async function held(leases: RefreshLeases, token: StoredToken): Promise<RefreshLease> {
  const lease = await leases.take(token);
  if (!lease) throw new Error("Somebody else has the lease.");
  return lease;
}
