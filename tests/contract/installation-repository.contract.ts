import { describe, expect, test } from "vitest";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import {
  type CreateStores,
  hold,
  newInstallation,
  plant,
  readEvents,
  readSecrets,
} from "./stores.ts";

const UNKNOWN = { id: `inst-${"0".repeat(32)}` };

/** The contract of `InstallationRepository`, for every adapter, but for `upsert`, `update` and `delete`. */
export function testInstallationRepository(createStores: CreateStores): void {
  describe("create", () => {
    test("returns the installation with its id, active, and installed now", async () => {
      const { installations } = await createStores();
      const input = newInstallation({ metadata: { customer: "c-1", nested: { deep: [1, null] } } });

      const { installation } = await installations.create(input);

      expect(installation).toMatchObject({
        platform: "github",
        organizationId: input.organizationId,
        organizationName: "Test Org",
        kind: "oauth_app",
        providerInstallationId: null,
        clientId: "client-1",
        scopes: ["repo", "read:org"],
        metadata: { customer: "c-1", nested: { deep: [1, null] } },
        isActive: true,
        inactiveReason: null,
        hasRefreshToken: true,
        tokenExpiresAt: new Date("2030-01-01T00:00:00Z"),
        grantEndsAt: null,
        installedBy: "octocat@example.com",
        installedById: "583231",
        hasSharedAccount: false,
      });
      expect(installation.id).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(Math.abs(installation.installedAt.getTime() - Date.now())).toBeLessThan(60_000);
    });

    test("returns no token and no secret", async () => {
      const { installations } = await createStores();

      const created = await installations.create(newInstallation());

      expect(JSON.stringify(created)).not.toMatch(/gho_FAKE1|ghr_FAKE1|webhook-secret-1/);
    });

    test("stores its event, and returns it to be published", async () => {
      const { installations, ...stores } = await createStores();
      const input = newInstallation();

      const { event, installation } = await installations.create(input);

      expect(event).toEqual({
        id: expect.stringMatching(/^evt-[0-9a-f]{32}$/),
        type: "created",
        installationId: installation.id,
        platform: "github",
        organizationId: input.organizationId,
        organizationName: "Test Org",
        occurredAt: expect.any(Date),
        reason: null,
        grantEndsAt: null,
        installerChanged: false,
        previousInstallationId: null,
        requestedBy: null,
        approvedBy: null,
        hasSharedAccount: false,
      });
      expect(Math.abs(Number(event?.occurredAt) - Date.now())).toBeLessThan(60_000);
      expect(await readEvents(stores)).toEqual([event]);
    });

    test("refuses a second installation of an organization on a platform, without an event", async () => {
      const { installations, ...stores } = await createStores();
      const input = newInstallation();
      const { event } = await installations.create(input);

      await expect(installations.create(input)).rejects.toMatchObject({
        code: "duplicate_installation",
      });
      expect(await readEvents(stores)).toEqual([event]);
    });

    test("accepts the same organization id on two platforms", async () => {
      const { installations } = await createStores();
      const input = newInstallation();
      await installations.create(input);

      const other = await installations.create({ ...input, platform: "jira", kind: "jira_3lo" });

      expect(other.installation.platform).toBe("jira");
    });
  });

  describe("find", () => {
    test("finds by id and by platform and organization", async () => {
      const { installations, installation } = await plant(createStores);
      const { id, platform, organizationId } = installation;

      expect(await installations.find({ id })).toEqual(installation);
      expect(await installations.find({ platform, organizationId })).toEqual(installation);
    });

    test("returns nothing for an unknown installation", async () => {
      const { installations, input } = await plant(createStores);
      const { organizationId } = input;

      expect(await installations.find(UNKNOWN)).toBeUndefined();
      expect(await installations.find({ platform: "slack", organizationId })).toBeUndefined();
      expect(
        await installations.find({ platform: "github", organizationId: `${organizationId}0` }),
      ).toBeUndefined();
    });
  });

  describe("findGrantVersion", () => {
    test("returns the version of the grant, which a refresh does not change", async () => {
      const { installations, tokens, leases, id, token } = await plant(createStores);
      const before = await installations.findGrantVersion(id);
      const refreshed = { accessToken: "gho_FAKE2", refreshToken: "ghr_FAKE2", scopes: [] };
      const dates = { expiresInSeconds: null, refreshTokenExpiresInSeconds: null };
      await leases.write(
        await hold(leases, token),
        { ...refreshed, ...dates },
        { keepPrevious: true },
      );

      expect(before).toBe((await readSecrets(tokens, id)).grantVersion);
      expect(await installations.findGrantVersion(id)).toBe(before);
    });

    test("returns nothing for an unknown installation", async () => {
      const { installations } = await createStores();

      expect(await installations.findGrantVersion(UNKNOWN.id)).toBeUndefined();
    });
  });

  describe("list", () => {
    test("filters by platform, organization and activity", async () => {
      const { installations } = await createStores();
      const { installation: github } = await installations.create(newInstallation());
      const { installation: slack } = await installations.create(
        newInstallation({ platform: "slack", kind: "slack_bot" }),
      );
      await installations.update(slack.id, { isActive: false });
      const list = async (filter: Parameters<InstallationRepository["list"]>[0]) =>
        (await installations.list(filter, { limit: 100 })).items.map(({ id }) => id);

      expect(await list({ platform: "github" })).toEqual([github.id]);
      expect(await list({ organizationId: slack.organizationId })).toEqual([slack.id]);
      expect(await list({ isActive: true })).toEqual([github.id]);
      expect(await list({ isActive: false, platform: "slack" })).toEqual([slack.id]);
      expect(await list({ isActive: false, platform: "github" })).toEqual([]);
      expect(await list({})).toEqual([slack.id, github.id]);
    });

    test("returns pages from the newest to the oldest, without a gap and without a repetition", async () => {
      const { installations } = await createStores();
      const ids: string[] = [];
      for (let index = 0; index < 7; index += 1) {
        const { installation } = await installations.create(newInstallation());
        ids.unshift(installation.id);
      }

      const first = await installations.list({}, { limit: 3 });
      const second = await installations.list({}, { limit: 3, before: first.items.at(-1)?.id });
      const third = await installations.list({}, { limit: 3, before: second.items.at(-1)?.id });

      const seen = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id));
      expect(seen).toEqual(ids);
      expect([first.hasMore, second.hasMore, third.hasMore]).toEqual([true, true, false]);
    });

    test("reports that there is no more when the last page is full", async () => {
      const { installations } = await createStores();
      await installations.create(newInstallation());
      await installations.create(newInstallation());

      expect((await installations.list({}, { limit: 2 })).hasMore).toBe(false);
    });
  });
}
