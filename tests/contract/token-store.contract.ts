import { describe, expect, test } from "vitest";
import {
  type CreateStores,
  HOUR_SECONDS,
  hold,
  newAppInstallation,
  newInstallation,
  plant,
  plantIn,
  read,
  readSecrets,
} from "./stores.ts";

const UNKNOWN = { id: `inst-${"0".repeat(32)}` };

/** The contract of the methods of `TokenStore` that read, for every adapter. */
export function testTokenStore(createStores: CreateStores): void {
  describe("findToken", () => {
    test("returns the token with what is needed to use it", async () => {
      const { tokens, id, input } = await plant(createStores);
      const { organizationId } = input;

      const token = await tokens.findToken({ platform: "github", organizationId });

      expect(token).toEqual({
        installationId: id,
        platform: "github",
        organizationId,
        organizationName: "Test Org",
        kind: "oauth_app",
        isActive: true,
        inactiveReason: null,
        accessToken: "gho_FAKE1",
        hasRefreshToken: true,
        permissions: {},
        scopes: ["repo", "read:org"],
        expiresAt: new Date("2030-01-01T00:00:00Z"),
        readAt: expect.any(Date),
        lifeLeftSeconds: expect.any(Number),
        lifetimeSeconds: expect.any(Number),
        providerInstallationId: null,
        platformFields: null,
        narrowedVersion: 0,
        isLookupRecent: false,
        clientId: "client-1",
        refreshAttempts: 0,
        refreshFailures: 0,
        aliveSecondsAgo: null,
        grantEndsAt: null,
        coolDownSeconds: null,
        lastRefreshError: null,
        tokenVersion: 1,
        statusVersion: 1,
      });
      expect(await tokens.findToken({ id })).toMatchObject({ accessToken: "gho_FAKE1" });
    });

    test("finds the token and the webhook secret by the platform's id", async () => {
      const stores = await createStores();
      const providerInstallationId = `4${Date.now()}`;
      const { id } = await plantIn(stores, newAppInstallation({ providerInstallationId }));
      const key = { platform: "github", providerInstallationId } as const;

      const token = await stores.tokens.findToken(key);
      const verified = await stores.tokens.findToken(key, { verifyRegistration: true });

      expect([token?.installationId, verified?.installationId]).toEqual([id, id]);
      expect(await stores.tokens.findWebhookSecret(key)).toBe("webhook-secret-1");
      expect(await stores.tokens.findToken({ ...key, platform: "jira" })).toBeUndefined();
    });

    test("returns nothing for an unknown installation", async () => {
      const { tokens } = await createStores();

      expect(await tokens.findToken(UNKNOWN)).toBeUndefined();
    });

    test("measures the life that a token has left, and its whole life", async () => {
      const stores = await createStores();
      const tokenExpiresAt = new Date(Date.now() + 600_000);
      const { id } = await plantIn(stores, newInstallation({ tokenExpiresAt }));
      const lasting = await plantIn(stores, newInstallation({ tokenExpiresAt: null }));
      await stores.age(60);

      const token = await read(stores.tokens, id);

      expect(token.lifeLeftSeconds).toBeGreaterThan(510);
      expect(token.lifeLeftSeconds).toBeLessThanOrEqual(541);
      expect(token.lifetimeSeconds).toBeGreaterThan(570);
      expect(token.lifetimeSeconds).toBeLessThanOrEqual(601);
      expect(lasting.token).toMatchObject({ lifeLeftSeconds: null, lifetimeSeconds: null });
    });

    test("returns no token of an inactive installation", async () => {
      const { installations, tokens, id } = await plant(createStores);
      await installations.update(id, { isActive: false });

      expect(await tokens.findToken({ id })).toMatchObject({
        isActive: false,
        inactiveReason: "disabled",
        accessToken: null,
      });
    });

    test("returns no token of an installation that has none, with its registration verified", async () => {
      const { tokens, id } = await plant(createStores, newAppInstallation({ accessToken: null }));

      expect(await tokens.findToken({ id }, { verifyRegistration: true })).toMatchObject({
        isActive: true,
        accessToken: null,
        hasRefreshToken: false,
      });
    });

    test("counts a refresh that is under way, and reports its cool-down and confirmation", async () => {
      const { tokens, leases, id, token, age } = await plant(createStores);
      const lease = await hold(leases, token);
      const during = await read(tokens, id);
      await leases.coolDown(lease, {
        error: "provider_unavailable",
        seconds: 30,
        outcome: "unknown",
        isAlive: true,
      });
      await age(10);

      const after = await read(tokens, id);

      expect(during).toMatchObject({ refreshAttempts: 1, coolDownSeconds: null });
      expect(after).toMatchObject({
        refreshAttempts: 1,
        refreshFailures: 1,
        lastRefreshError: "provider_unavailable",
      });
      expect(after.coolDownSeconds).toBeGreaterThan(10);
      expect(after.coolDownSeconds).toBeLessThanOrEqual(20);
      expect(after.aliveSecondsAgo).toBeGreaterThanOrEqual(10);
      expect(after.aliveSecondsAgo).toBeLessThan(20);
    });
  });

  describe("findWebhookSecret", () => {
    test("returns the webhook secret by either key, active or not", async () => {
      const { installations, tokens, id, input } = await plant(createStores);
      const { organizationId } = input;
      await installations.update(id, { isActive: false });

      expect(await tokens.findWebhookSecret({ id })).toBe("webhook-secret-1");
      expect(await tokens.findWebhookSecret({ platform: "github", organizationId })).toBe(
        "webhook-secret-1",
      );
      expect(await tokens.findWebhookSecret({ platform: "slack", organizationId })).toBeUndefined();
    });
  });

  describe("findSecrets", () => {
    test("returns the tokens by each key, with what calls to the platform need", async () => {
      const { tokens, id, input } = await plant(createStores, {
        providerInstallationId: "12345",
        tokenExpiresAt: new Date(Date.now() + HOUR_SECONDS * 1000),
      });
      const { organizationId } = input;

      const secrets = await tokens.findSecrets({ id });

      expect(secrets).toMatchObject({
        installationId: id,
        platform: "github",
        organizationId,
        organizationName: "Test Org",
        kind: "oauth_app",
        inactiveReason: null,
        providerInstallationId: "12345",
        clientId: "client-1",
        accessToken: "gho_FAKE1",
        refreshToken: "ghr_FAKE1",
        isRefreshOpen: false,
      });
      expect(secrets?.lifeLeftSeconds).toBeGreaterThan(HOUR_SECONDS - 60);
      expect(secrets?.lifeLeftSeconds).toBeLessThanOrEqual(HOUR_SECONDS);
      const versions = ["tokenVersion", "grantVersion", "statusVersion"] as const;
      expect(versions.map((version) => secrets?.[version])).toEqual([1, 1, 1]);
      for (const key of [
        { platform: "github", organizationId },
        { platform: "github", providerInstallationId: "12345" },
      ] as const) {
        expect(await tokens.findSecrets(key)).toMatchObject({ installationId: id });
      }
    });

    test("returns the tokens of an inactive installation too", async () => {
      const { installations, tokens, id } = await plant(createStores);
      await installations.update(id, { isActive: false });

      expect(await readSecrets(tokens, id)).toMatchObject({
        inactiveReason: "disabled",
        accessToken: "gho_FAKE1",
        refreshToken: "ghr_FAKE1",
      });
    });

    test("returns nothing for an unknown installation", async () => {
      const { tokens } = await createStores();
      const providerInstallationId = "54321";

      expect(await tokens.findSecrets(UNKNOWN)).toBeUndefined();
      expect(
        await tokens.findSecrets({ platform: "github", providerInstallationId }),
      ).toBeUndefined();
    });

    test("reports a refresh that is under way or has an unknown outcome, and no other", async () => {
      const { tokens, leases, id, token, age } = await plant(createStores);
      const isOpen = async () => (await readSecrets(tokens, id)).isRefreshOpen;
      const lease = await hold(leases, token);
      const during = await isOpen();
      const failed = { error: "provider_unavailable", seconds: 2 };
      await leases.coolDown(lease, { ...failed, outcome: "unknown" });
      const unknown = await isOpen();
      await age(3);
      await leases.coolDown(await hold(leases, await read(tokens, id)), {
        ...failed,
        outcome: "undone",
      });

      expect([during, unknown, await isOpen()]).toEqual([true, true, false]);
    });
  });
}
