import { describe, expect, test } from "vitest";
import { grantedKey } from "../../core/grants/granted-key.ts";
import type { TokenSet } from "../../core/ports/provider.ts";
import {
  type CreateStores,
  hold,
  LEASE,
  newAppInstallation,
  plant,
  read,
  readSecrets,
  toInstall,
} from "./stores.ts";

const REFRESHED: TokenSet = {
  accessToken: "gho_FAKE2",
  refreshToken: "ghr_FAKE2",
  expiresInSeconds: 3_600,
  refreshTokenExpiresInSeconds: 86_400,
  scopes: ["repo"],
};

const UNKNOWN = { error: "provider_unavailable", seconds: 2, outcome: "unknown" } as const;

/** The contract of `RefreshLeases` for leases and new tokens, for every adapter. */
export function testRefreshLeases(createStores: CreateStores): void {
  describe("take", () => {
    test("gives one of many callers the tokens and counts one attempt", async () => {
      const { leases, tokens, token, id, input } = await plant(createStores);

      const taken = await Promise.all(Array.from({ length: 20 }, () => leases.take(token, LEASE)));

      const won = taken.filter((lease) => lease !== undefined);
      expect(won).toEqual([
        {
          installationId: id,
          owner: expect.any(String),
          tokenVersion: token.tokenVersion,
          platform: "github",
          organizationId: input.organizationId,
          kind: "oauth_app",
          providerInstallationId: null,
          grantedKey: grantedKey(input),
          clientId: "client-1",
          accessToken: "gho_FAKE1",
          refreshToken: "ghr_FAKE1",
          previousRefreshToken: null,
          rotatedSecondsAgo: null,
          attempts: 1,
          sentSecondsAgo: expect.any(Number),
          failures: 0,
        },
      ]);
      expect(won[0]?.sentSecondsAgo).toBeLessThan(2);
      expect(await read(tokens, id)).toMatchObject({ refreshAttempts: 1 });
    });

    test("is possible without a refresh token: a GitHub App mints its tokens without one", async () => {
      const { leases, token } = await plant(
        createStores,
        newAppInstallation({ accessToken: null }),
      );

      expect(await leases.take(token, LEASE)).toMatchObject({
        kind: "github_app",
        providerInstallationId: "12345",
        accessToken: null,
        refreshToken: null,
      });
    });

    test("is possible again when the lease has expired, and not before", async () => {
      const { leases, token, age } = await plant(createStores);
      const first = await hold(leases, token);
      await age(LEASE.seconds - 10);
      const early = await leases.take(token, LEASE);
      await age(11);

      const late = await hold(leases, token);

      expect(early).toBeUndefined();
      expect(late.owner).not.toBe(first.owner);
    });

    test("lasts as long as the caller asks for", async () => {
      const { leases, token, age } = await plant(createStores);
      await leases.take(token, { seconds: 26 });
      await age(20);

      expect(await leases.take(token, LEASE)).toBeUndefined();
    });

    test("counts the attempts with an unknown outcome, and the time since the first", async () => {
      const { leases, token, age } = await plant(createStores);
      await hold(leases, token);
      await age(60);
      const afterCrash = await hold(leases, token);
      await leases.coolDown(afterCrash, UNKNOWN);
      await age(60);
      const afterFailure = await hold(leases, token);

      expect([afterCrash.attempts, afterFailure.attempts]).toEqual([2, 3]);
      expect([afterCrash.failures, afterFailure.failures]).toEqual([0, 1]);
      expect(afterCrash.sentSecondsAgo).toBeGreaterThanOrEqual(60);
      expect(afterFailure.sentSecondsAgo).toBeGreaterThanOrEqual(120);
      expect(afterFailure.sentSecondsAgo).toBeLessThan(130);
    });

    test("drops an earlier confirmation of the access token", async () => {
      const { leases, tokens, token, id, age } = await plant(createStores);
      await leases.coolDown(await hold(leases, token), { ...UNKNOWN, isAlive: true });
      await age(3);

      await hold(leases, await read(tokens, id));

      expect(await read(tokens, id)).toMatchObject({ aliveSecondsAgo: null });
    });

    test("is refused for tokens that are not the stored ones any more", async () => {
      const { leases, token, installations, input } = await plant(createStores);
      await installations.upsert(toInstall(input));

      expect(await leases.take(token, LEASE)).toBeUndefined();
    });

    test("is refused when the installation is not active", async () => {
      const { leases, token, installations, id } = await plant(createStores);
      await installations.update(id, { isActive: false });

      expect(await leases.take(token, LEASE)).toBeUndefined();
    });
  });

  describe("extend", () => {
    test("restarts the lease and counts an attempt", async () => {
      const { leases, tokens, token, id, age } = await plant(createStores);
      const lease = await hold(leases, token);
      await age(10);
      const extended = await leases.extend(lease, LEASE);
      await age(10);

      expect(extended).toEqual({ ...lease, attempts: 2, sentSecondsAgo: expect.any(Number) });
      expect(extended?.sentSecondsAgo).toBeGreaterThanOrEqual(10);
      expect(await leases.take(token, LEASE)).toBeUndefined();
      expect(await read(tokens, id)).toMatchObject({ refreshAttempts: 2 });
    });

    test("is refused to everybody but the holder, and after the tokens changed", async () => {
      const { leases, token, installations, input } = await plant(createStores);
      const lease = await hold(leases, token);
      const other = { ...lease, owner: crypto.randomUUID() };
      const older = { ...lease, tokenVersion: lease.tokenVersion - 1 };

      expect(await leases.extend(other, LEASE)).toBeUndefined();
      expect(await leases.extend(older, LEASE)).toBeUndefined();
      await installations.upsert(toInstall(input));
      expect(await leases.extend(lease, LEASE)).toBeUndefined();
    });
  });

  describe("write", () => {
    test("stores new tokens, ends the lease, and clears what failed refreshes left", async () => {
      const { leases, token, tokens, installations, id, age } = await plant(createStores);
      await leases.coolDown(await hold(leases, token), { ...UNKNOWN, isAlive: true });
      await age(3);
      const lease = await hold(leases, await read(tokens, id));

      expect(await leases.write(lease, REFRESHED, { keepPrevious: true })).toBeDefined();

      const stored = await read(tokens, id);
      expect(stored).toMatchObject({
        accessToken: "gho_FAKE2",
        scopes: ["repo"],
        tokenVersion: token.tokenVersion + 1,
        refreshAttempts: 0,
        refreshFailures: 0,
        aliveSecondsAgo: null,
        coolDownSeconds: null,
      });
      expect(stored.lifeLeftSeconds).toBeGreaterThan(3500);
      expect(stored.lifeLeftSeconds).toBeLessThanOrEqual(3600);
      expect(await installations.find({ id })).toMatchObject({
        lastRefreshError: null,
        lastRefreshedAt: expect.any(Date),
      });
      expect(await hold(leases, stored)).toMatchObject({
        refreshToken: "ghr_FAKE2",
        previousRefreshToken: "ghr_FAKE1",
        rotatedSecondsAgo: expect.any(Number),
        attempts: 1,
        failures: 0,
      });
    });

    test("keeps no previous refresh token where nobody accepts it", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      await leases.write(await hold(leases, token), REFRESHED, { keepPrevious: false });

      const next = await hold(leases, await read(tokens, id));

      expect(next).toMatchObject({ refreshToken: "ghr_FAKE2", previousRefreshToken: null });
    });

    test.each([
      ["omits", null],
      ["repeats", "ghr_FAKE1"],
    ])("keeps a refresh token that the response %s, which is no rotation", async (_, same) => {
      const { leases, token, tokens, id } = await plant(createStores);
      const partial = { ...REFRESHED, refreshToken: same, scopes: [] };
      await leases.write(await hold(leases, token), partial, { keepPrevious: true });

      const stored = await read(tokens, id);
      const next = await hold(leases, stored);

      expect(stored.scopes).toEqual(["repo", "read:org"]);
      expect(next).toMatchObject({
        refreshToken: "ghr_FAKE1",
        previousRefreshToken: null,
        rotatedSecondsAgo: null,
      });
    });

    test("has no effect for a holder whose lease another caller took", async () => {
      const { leases, token, tokens, id, age } = await plant(createStores);
      const late = await hold(leases, token);
      await age(LEASE.seconds + 1);
      const newer = await hold(leases, token);

      expect(await leases.write(late, REFRESHED, { keepPrevious: true })).toBeUndefined();
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
      expect(await leases.write(newer, REFRESHED, { keepPrevious: true })).toBeDefined();
      expect(await leases.write(late, REFRESHED, { keepPrevious: true })).toBeUndefined();
    });

    test("has no effect after a re-install", async () => {
      const { leases, token, tokens, id, installations, input } = await plant(createStores);
      const lease = await hold(leases, token);
      await installations.upsert(toInstall({ ...input, accessToken: "gho_FAKE3" }));

      expect(await leases.write(lease, REFRESHED, { keepPrevious: true })).toBeUndefined();
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE3");
    });

    test("has no effect for older tokens than the stored ones, whoever has the lease", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      const lease = await hold(leases, token);
      const older = { ...lease, tokenVersion: lease.tokenVersion - 1 };

      expect(await leases.write(older, REFRESHED, { keepPrevious: true })).toBeUndefined();
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE1");
    });

    test("stores the tokens of an expired lease that nobody took: they are the newest", async () => {
      const { leases, token, tokens, id, age } = await plant(createStores);
      const lease = await hold(leases, token);
      await age(LEASE.seconds + 1);

      expect(await leases.write(lease, REFRESHED, { keepPrevious: true })).toBeDefined();
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE2");
    });

    test("does not change the version of the grant or of its status", async () => {
      const { leases, token, tokens, id } = await plant(createStores);
      const before = await readSecrets(tokens, id);

      await leases.write(await hold(leases, token), REFRESHED, { keepPrevious: true });

      const { grantVersion, statusVersion } = before;
      expect(await readSecrets(tokens, id)).toMatchObject({ grantVersion, statusVersion });
    });
  });
}
