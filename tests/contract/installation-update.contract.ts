import { describe, expect, test } from "vitest";
import type { InstallationUpdate } from "../../core/installation.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  hold,
  LEASE,
  plant,
  read,
  readEvents,
  readSecrets,
} from "./stores.ts";

const UNKNOWN = `inst-${"0".repeat(32)}`;

/** The contract of `InstallationRepository.update`, for every adapter. */
export function testInstallationUpdate(createStores: CreateStores): void {
  describe("update", () => {
    test("changes the fields of the patch and no others, without an event", async () => {
      const { installations, id, installation, ...stores } = await plant(createStores);

      const updated = await installations.update(id, { organizationName: "New Name" });

      expect(updated).toEqual({
        ...installation,
        organizationName: "New Name",
        updatedAt: expect.any(Date),
      });
      expect(await readEvents(stores)).toHaveLength(1);
    });

    test("returns the row for an empty patch, unchanged", async () => {
      const { installations, id, installation } = await plant(createStores);

      expect(await installations.update(id, {})).toEqual(installation);
    });

    test("returns nothing for an unknown id", async () => {
      const { installations } = await createStores();

      expect(await installations.update(UNKNOWN, { organizationName: "New" })).toBeUndefined();
      expect(await installations.update(UNKNOWN, { accessToken: "gho_FAKE2" })).toBeUndefined();
      expect(await installations.update(UNKNOWN, {})).toBeUndefined();
    });

    test("replaces the whole metadata and all scopes", async () => {
      const { installations, id } = await plant(createStores, { metadata: { a: 1, b: 2 } });

      const updated = await installations.update(id, { metadata: { c: 3 }, scopes: [] });

      expect(updated).toMatchObject({ metadata: { c: 3 }, scopes: [] });
      expect(updated?.metadata).not.toHaveProperty("a");
    });

    test("replaces the webhook secret", async () => {
      const { installations, tokens, id } = await plant(createStores);

      await installations.update(id, { webhookSecret: "webhook-secret-2" });

      expect(await tokens.findWebhookSecret({ id })).toBe("webhook-secret-2");
    });

    test("deletes the expiry with the old access token, and keeps the refresh token", async () => {
      const { installations, tokens, id } = await plant(createStores);

      const updated = await installations.update(id, { accessToken: "gho_FAKE2" });

      expect(updated).toMatchObject({ tokenExpiresAt: null, hasRefreshToken: true });
      expect((await read(tokens, id)).accessToken).toBe("gho_FAKE2");
    });

    test("stores the expiry of a new access token", async () => {
      const { installations, id } = await plant(createStores);
      const tokenExpiresAt = new Date("2031-01-01T00:00:00Z");

      const updated = await installations.update(id, { accessToken: "gho_FAKE2", tokenExpiresAt });

      expect(updated?.tokenExpiresAt).toEqual(tokenExpiresAt);
    });

    test("deletes the refresh token and the expiry if they are null", async () => {
      const { installations, id } = await plant(createStores);

      const updated = await installations.update(id, { refreshToken: null, tokenExpiresAt: null });

      expect(updated).toMatchObject({ hasRefreshToken: false, tokenExpiresAt: null });
    });

    test.each<[string, InstallationUpdate, boolean, boolean]>([
      ["a name", { organizationName: "New Name" }, false, false],
      ["an access token", { accessToken: "gho_FAKE2" }, true, false],
      ["an expiry", { tokenExpiresAt: null }, true, false],
      ["no refresh token", { refreshToken: null }, true, false],
      ["a refresh token", { refreshToken: "ghr_FAKE2" }, true, true],
    ])(
      "changes the versions that depend on it for %s",
      async (_, patch, isNewToken, isNewGrant) => {
        const { installations, tokens, id } = await plant(createStores);
        const before = await readSecrets(tokens, id);

        await installations.update(id, patch);

        const after = await readSecrets(tokens, id);
        expect(after.tokenVersion > before.tokenVersion).toBe(isNewToken);
        expect(after.grantVersion > before.grantVersion).toBe(isNewGrant);
        expect(after.statusVersion).toBe(before.statusVersion);
      },
    );

    test("deactivates with the reason disabled, and activates whatever the reason was", async () => {
      const { installations, id } = await plant(createStores);

      const disabled = await installations.update(id, { isActive: false });
      const enabled = await installations.update(id, { isActive: true });

      expect(disabled).toMatchObject({ isActive: false, inactiveReason: "disabled" });
      expect(enabled).toMatchObject({ isActive: true, inactiveReason: null });
    });

    test.each<[string, InstallationUpdate]>([
      ["an access token", { accessToken: "gho_FAKE2" }],
      ["a refresh token", { refreshToken: "ghr_FAKE2" }],
      ["an expiry", { tokenExpiresAt: new Date("2031-01-01T00:00:00Z") }],
      ["is_active", { isActive: true }],
    ])("reactivates an ended grant by %s, and keeps its tokens", async (_, patch) => {
      const { installations, tokens, expiry, age, id } = await plant(createStores);
      await tokens.endGrant(await read(tokens, id), "reauthorization_required", "token_expired");

      const updated = await installations.update(id, patch);
      await installations.update(id, { isActive: false });
      await age(8 * DAY_SECONDS);

      expect(updated).toMatchObject({ isActive: true, inactiveReason: null });
      expect(await expiry.wipeTokens()).toBe(0);
      expect((await readSecrets(tokens, id)).accessToken).not.toBeNull();
    });

    test("does not activate a disabled installation by new tokens", async () => {
      const { installations, id } = await plant(createStores);
      await installations.update(id, { isActive: false });

      const updated = await installations.update(id, { accessToken: "gho_FAKE2" });

      expect(updated).toMatchObject({ isActive: false, inactiveReason: "disabled" });
    });

    test("ends the end of a grant whose refresh token was lost", async () => {
      const { installations, tokens, leases, id, token } = await plant(createStores);
      await leases.endLater(await hold(leases, token), "invalid_refresh_token");

      const updated = await installations.update(id, { refreshToken: "ghr_FAKE2" });

      expect(updated).toMatchObject({ grantEndsAt: null, hasRefreshToken: true });
      expect(await hold(leases, await read(tokens, id))).toMatchObject({
        refreshToken: "ghr_FAKE2",
        previousRefreshToken: null,
      });
    });
  });

  describe("update during a refresh", () => {
    test.each<[string, InstallationUpdate]>([
      ["an access token", { accessToken: "gho_FAKE2" }],
      ["an expiry", { tokenExpiresAt: null }],
      ["no refresh token", { refreshToken: null }],
    ])("refuses %s: the refreshed tokens would be lost", async (_, patch) => {
      const { installations, leases, id, token } = await plant(createStores);
      const lease = await hold(leases, token);

      await expect(installations.update(id, patch)).rejects.toMatchObject({ code: "retry_later" });

      const after = await installations.find({ id });
      expect(after).toMatchObject({ hasRefreshToken: true, tokenExpiresAt: token.expiresAt });
      expect(await leases.extend(lease, LEASE)).toBeDefined();
    });

    test("accepts a refresh token, which replaces what the refresh has sent", async () => {
      const { installations, tokens, leases, id, token } = await plant(createStores);
      const lease = await hold(leases, token);

      const tokensOf = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2" };
      await installations.update(id, tokensOf);

      expect(await leases.extend(lease, LEASE)).toBeUndefined();
      expect(await hold(leases, await read(tokens, id))).toMatchObject({
        ...tokensOf,
        attempts: 1,
        failures: 0,
      });
    });

    test("accepts what is not a token", async () => {
      const { installations, leases, id, token } = await plant(createStores);
      const lease = await hold(leases, token);

      const patch = { organizationName: "New Name", isActive: false } as const;

      expect(await installations.update(id, patch)).toMatchObject({ inactiveReason: "disabled" });
      expect(await leases.extend(lease, LEASE)).toBeDefined();
    });

    test("accepts an access token when the lease has expired", async () => {
      const { installations, tokens, leases, age, id, token } = await plant(createStores);
      const late = await hold(leases, token);
      await age(LEASE.seconds + 1);

      await installations.update(id, { accessToken: "gho_FAKE2" });

      expect(await leases.extend(late, LEASE)).toBeUndefined();
      expect(await read(tokens, id)).toMatchObject({
        accessToken: "gho_FAKE2",
        refreshAttempts: 0,
      });
    });

    test("accepts an access token after a refresh, and drops a confirmation of the old one", async () => {
      const { installations, tokens, leases, age, id, token } = await plant(createStores);
      const refreshed = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };
      const lease = await hold(leases, token);
      await leases.write(lease, { ...refreshed, ...dates }, { keepPrevious: true });
      const attempt = { error: "provider_unavailable", seconds: 2, outcome: "undone" } as const;
      await installations.update(id, { accessToken: "gho_FAKE3" });
      await leases.coolDown(await hold(leases, await read(tokens, id)), {
        ...attempt,
        isAlive: true,
      });
      await age(3);

      await installations.update(id, { accessToken: "gho_FAKE4" });

      expect(await read(tokens, id)).toMatchObject({
        accessToken: "gho_FAKE4",
        aliveSecondsAgo: null,
      });
    });

    test("ends a cool-down by a new expiry, and leaves a refresh with an unknown outcome open", async () => {
      const { installations, tokens, leases, id, token } = await plant(createStores);
      const attempt = { error: "provider_unavailable", seconds: 30, outcome: "unknown" } as const;
      await leases.coolDown(await hold(leases, token), attempt);

      await installations.update(id, { tokenExpiresAt: new Date("2031-01-01T00:00:00Z") });

      expect(await read(tokens, id)).toMatchObject({
        coolDownSeconds: null,
        lastRefreshError: null,
        refreshAttempts: 1,
      });
      expect(await hold(leases, await read(tokens, id))).toMatchObject({ attempts: 2 });
    });
  });
}
