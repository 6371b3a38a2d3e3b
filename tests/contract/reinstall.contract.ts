import { describe, expect, test } from "vitest";
import {
  type CreateStores,
  DAY_SECONDS,
  hold,
  LEASE,
  newAppInstallation,
  newInstallation,
  plant,
  read,
  readEvents,
  readSecrets,
  toInstall,
} from "./stores.ts";

/** The contract of `InstallationRepository.upsert`, for every adapter. */
export function testReinstall(createStores: CreateStores): void {
  describe("upsert", () => {
    test("creates an installation that is not stored, with its event", async () => {
      const { installations, ...stores } = await createStores();

      const { created, installation, event } = await installations.upsert(
        toInstall(newInstallation()),
      );

      expect(created).toBe(true);
      expect(event).toMatchObject({ type: "created", installationId: installation.id });
      expect(await installations.find({ id: installation.id })).toEqual(installation);
      expect(await readEvents(stores)).toEqual([event]);
    });

    test("keeps id, webhook secret, installed_at and metadata of a stored one, and replaces the rest", async () => {
      const { installations, tokens } = await createStores();
      const input = newInstallation({ metadata: { a: 1, b: 2 } });
      const first = await installations.upsert(toInstall(input));

      const second = await installations.upsert(
        toInstall({
          ...input,
          organizationName: "Renamed",
          kind: "github_app",
          providerInstallationId: "678",
          clientId: "client-2",
          accessToken: "gho_FAKE2",
          refreshToken: null,
          tokenExpiresAt: null,
          refreshTokenExpiresAt: null,
          scopes: ["repo"],
          webhookSecret: "webhook-secret-2",
          installedBy: "hubot@example.com",
          metadata: { b: 3 },
        }),
      );

      expect(second.created).toBe(false);
      expect(second.installation).toEqual({
        ...first.installation,
        organizationName: "Renamed",
        kind: "github_app",
        providerInstallationId: "678",
        clientId: "client-2",
        hasRefreshToken: false,
        tokenExpiresAt: null,
        refreshTokenExpiresAt: null,
        scopes: ["repo"],
        installedBy: "hubot@example.com",
        metadata: { a: 1, b: 3 },
        updatedAt: expect.any(Date),
      });
      const { id } = first.installation;
      expect(await tokens.findWebhookSecret({ id })).toBe("webhook-secret-1");
      expect((await tokens.findToken({ id }))?.accessToken).toBe("gho_FAKE2");
    });

    test("has an event of its own for a second install", async () => {
      const { installations, ...stores } = await createStores();
      const input = newInstallation();
      const first = await installations.upsert(toInstall(input));

      const second = await installations.upsert(
        toInstall({ ...input, organizationName: "Renamed" }),
      );

      expect(second.event).toMatchObject({
        type: "reinstalled",
        installationId: first.installation.id,
        organizationName: "Renamed",
        reason: null,
        grantEndsAt: null,
      });
      expect(await readEvents(stores)).toEqual([first.event, second.event]);
    });

    test("changes every version, so that what was decided before has no effect", async () => {
      const { installations, tokens, id, input } = await plant(createStores);
      const before = await readSecrets(tokens, id);

      await installations.upsert(toInstall(input));

      const after = await readSecrets(tokens, id);
      expect(after.tokenVersion).toBeGreaterThan(before.tokenVersion);
      expect(after.grantVersion).toBeGreaterThan(before.grantVersion);
      expect(after.statusVersion).toBeGreaterThan(before.statusVersion);
    });

    test("reactivates an installation, whatever the reason was, and keeps its new tokens", async () => {
      const { installations, tokens, expiry, age, id, input } = await plant(createStores);
      await installations.update(id, { isActive: false });
      const enabled = await installations.upsert(toInstall(input));
      await tokens.endGrant(await read(tokens, id), "uninstalled", null);
      const again = await installations.upsert(toInstall(input));
      await installations.update(id, { isActive: false });

      await age(8 * DAY_SECONDS);

      expect(await expiry.wipeTokens()).toBe(0);
      expect((await readSecrets(tokens, id)).accessToken).toBe("gho_FAKE1");
      for (const { installation } of [enabled, again]) {
        expect(installation).toMatchObject({ isActive: true, inactiveReason: null });
      }
    });

    test("ends a refresh that is under way or has an unknown outcome, and its failures", async () => {
      const { installations, tokens, leases, id, input, token, age } = await plant(createStores);
      const attempt = { error: "provider_unavailable", seconds: 30, outcome: "unknown" } as const;
      await leases.coolDown(await hold(leases, token), attempt);
      await age(31);
      await hold(leases, await read(tokens, id));

      await installations.upsert(toInstall(input));

      expect(await read(tokens, id)).toMatchObject({
        refreshAttempts: 0,
        refreshFailures: 0,
        lastRefreshError: null,
      });
      expect(await hold(leases, await read(tokens, id))).toMatchObject({
        attempts: 1,
        previousRefreshToken: null,
        rotatedSecondsAgo: null,
      });
    });

    test("drops the previous refresh token, and a confirmation of the old access token", async () => {
      const { installations, tokens, leases, id, input, token, age } = await plant(createStores);
      const refreshed = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };
      const lease = await hold(leases, token);
      await leases.write(lease, { ...refreshed, ...dates }, { keepPrevious: true });
      const attempt = { error: "provider_unavailable", seconds: 2, outcome: "unknown" } as const;
      await leases.coolDown(await hold(leases, await read(tokens, id)), {
        ...attempt,
        isAlive: true,
      });
      await age(3);

      await installations.upsert(toInstall(input));

      const next = await read(tokens, id);
      expect(next.aliveSecondsAgo).toBeNull();
      expect(await hold(leases, next)).toMatchObject({ previousRefreshToken: null });
    });

    test("ends the end of a grant whose refresh token was lost", async () => {
      const { installations, leases, input, token } = await plant(createStores);
      await leases.endLater(await hold(leases, token), "invalid_refresh_token");

      const { installation } = await installations.upsert(toInstall(input));

      expect(installation).toMatchObject({ grantEndsAt: null, hasRefreshToken: true });
    });

    test("binds the tokens to the new registration", async () => {
      const { installations, tokens, leases, id, input } = await plant(createStores);

      await installations.upsert(
        toInstall(newAppInstallation({ organizationId: input.organizationId })),
      );

      const token = await tokens.findToken({ id }, { verifyRegistration: true });
      expect(token).toMatchObject({ accessToken: "ghs_FAKE1", providerInstallationId: "12345" });
      expect(token && (await leases.take(token, LEASE))).toMatchObject({
        kind: "github_app",
        clientId: "client-1",
        accessToken: "ghs_FAKE1",
      });
    });
  });
}
