import { describe, expect, test } from "vitest";
import type { InstallationCreate } from "../../core/installation.ts";
import type { InstallationRepository } from "../../core/ports/installation-repository.ts";
import type { TokenStore } from "../../core/ports/token-store.ts";

/** Both ports over the same rows. */
export interface Store {
  readonly installations: InstallationRepository;
  readonly tokens: TokenStore;
}

/** An installation to create, with a new organization by default. */
export function newInstallation(change: Partial<InstallationCreate> = {}): InstallationCreate {
  return {
    platform: "github",
    organizationId: crypto.randomUUID(),
    organizationName: "Test Org",
    kind: "oauth_app",
    providerInstallationId: null,
    accessToken: "gho_FAKE1",
    refreshToken: "ghr_FAKE1",
    tokenExpiresAt: new Date("2030-01-01T00:00:00Z"),
    refreshTokenExpiresAt: new Date("2030-06-01T00:00:00Z"),
    scopes: ["repo", "read:org"],
    webhookSecret: "webhook-secret-1",
    installedBy: "octocat@example.com",
    installedById: "583231",
    metadata: {},
    ...change,
  };
}

/** The promises of `InstallationRepository` except `update`, for every adapter to keep. */
export function testInstallationRepository(createStore: () => Promise<Store>): void {
  describe("create", () => {
    test("returns the installation with its id, active, and installed now", async () => {
      const { installations } = await createStore();
      const input = newInstallation({ metadata: { customer: "c-1", nested: { deep: [1, null] } } });

      const created = await installations.create(input);

      expect(created).toMatchObject({
        platform: "github",
        organizationId: input.organizationId,
        organizationName: "Test Org",
        kind: "oauth_app",
        scopes: ["repo", "read:org"],
        metadata: { customer: "c-1", nested: { deep: [1, null] } },
        isActive: true,
        inactiveReason: null,
        hasRefreshToken: true,
        tokenExpiresAt: new Date("2030-01-01T00:00:00Z"),
        installedBy: "octocat@example.com",
        installedById: "583231",
      });
      expect(created.id).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(Math.abs(created.installedAt.getTime() - Date.now())).toBeLessThan(60_000);
    });

    test("returns no token and no secret", async () => {
      const { installations } = await createStore();

      const created = await installations.create(newInstallation());

      expect(JSON.stringify(created)).not.toMatch(/gho_FAKE1|ghr_FAKE1|webhook-secret-1/);
    });

    test("refuses a second installation of an organization on a platform", async () => {
      const { installations } = await createStore();
      const input = newInstallation();
      await installations.create(input);

      await expect(installations.create(input)).rejects.toMatchObject({
        code: "duplicate_installation",
      });
    });

    test("allows the same organization id on two platforms", async () => {
      const { installations } = await createStore();
      const input = newInstallation();
      await installations.create(input);

      const other = await installations.create({ ...input, platform: "jira", kind: "jira_3lo" });

      expect(other.platform).toBe("jira");
    });

    test("succeeds for one of many concurrent callers; the others get duplicate_installation", async () => {
      const { installations } = await createStore();
      const input = newInstallation();

      const results = await Promise.allSettled(
        Array.from({ length: 20 }, () => installations.create(input)),
      );

      const refusals = results.filter((result) => result.status === "rejected");
      expect(refusals).toHaveLength(19);
      expect(new Set(refusals.map(({ reason }) => reason.code))).toEqual(
        new Set(["duplicate_installation"]),
      );
    });
  });

  describe("find", () => {
    test("finds by id and by platform and organization", async () => {
      const { installations } = await createStore();
      const created = await installations.create(newInstallation());
      const { id, platform, organizationId } = created;

      expect(await installations.find({ id })).toEqual(created);
      expect(await installations.find({ platform, organizationId })).toEqual(created);
    });

    test("returns undefined if there is none", async () => {
      const { installations } = await createStore();
      const { organizationId } = await installations.create(newInstallation());

      expect(await installations.find({ id: `inst-${"0".repeat(32)}` })).toBeUndefined();
      expect(await installations.find({ platform: "slack", organizationId })).toBeUndefined();
      expect(
        await installations.find({ platform: "github", organizationId: `${organizationId}0` }),
      ).toBeUndefined();
    });
  });

  describe("list", () => {
    test("filters by platform, organization and activity", async () => {
      const { installations } = await createStore();
      const github = await installations.create(newInstallation());
      const slack = await installations.create(
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

    test("returns pages from the newest to the oldest, without gaps and without repeats", async () => {
      const { installations } = await createStore();
      const ids: string[] = [];
      for (let index = 0; index < 7; index += 1) {
        ids.unshift((await installations.create(newInstallation())).id);
      }

      const first = await installations.list({}, { limit: 3 });
      const second = await installations.list({}, { limit: 3, before: first.items.at(-1)?.id });
      const third = await installations.list({}, { limit: 3, before: second.items.at(-1)?.id });

      const seen = [first, second, third].flatMap(({ items }) => items.map(({ id }) => id));
      expect(seen).toEqual(ids);
      expect([first.hasMore, second.hasMore, third.hasMore]).toEqual([true, true, false]);
    });

    test("returns hasMore false after a full last page", async () => {
      const { installations } = await createStore();
      await installations.create(newInstallation());
      await installations.create(newInstallation());

      expect((await installations.list({}, { limit: 2 })).hasMore).toBe(false);
    });
  });

  describe("delete", () => {
    test("returns the installation to one of many concurrent callers", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation());

      const deleted = await Promise.all(Array.from({ length: 5 }, () => installations.delete(id)));

      expect(deleted.filter((installation) => installation !== undefined)).toHaveLength(1);
    });

    test("returns the installation as it was last stored, and nothing the second time", async () => {
      const { installations } = await createStore();
      const { id } = await installations.create(newInstallation());
      const last = await installations.update(id, { isActive: false });

      expect(await installations.delete(id)).toEqual(last);
      expect(await installations.delete(id)).toBeUndefined();
      expect(await installations.find({ id })).toBeUndefined();
    });
  });

  describe("upsert", () => {
    test("creates a missing installation, with created true", async () => {
      const { installations } = await createStore();

      const { created, installation } = await installations.upsert(newInstallation());

      expect(created).toBe(true);
      expect(await installations.find({ id: installation.id })).toEqual(installation);
    });

    test("keeps id, webhook secret, installed_at and metadata at a re-install, and replaces the rest", async () => {
      const { installations, tokens } = await createStore();
      const input = newInstallation({ metadata: { a: 1, b: 2 } });
      const first = await installations.upsert(input);

      const second = await installations.upsert({
        ...input,
        organizationName: "Renamed",
        accessToken: "gho_FAKE2",
        refreshToken: null,
        tokenExpiresAt: null,
        refreshTokenExpiresAt: null,
        scopes: ["repo"],
        webhookSecret: "webhook-secret-2",
        installedBy: "hubot@example.com",
        metadata: { b: 3 },
      });

      expect(second.created).toBe(false);
      expect(second.installation).toEqual({
        ...first.installation,
        organizationName: "Renamed",
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

    test("activates the installation at a re-install, whatever the reason was", async () => {
      const { installations } = await createStore();
      const input = newInstallation();
      const { installation } = await installations.upsert(input);
      await installations.update(installation.id, { isActive: false });

      const again = await installations.upsert(input);

      expect(again.installation).toMatchObject({ isActive: true, inactiveReason: null });
    });

    test("of many concurrent callers, all succeed on one row, and one creates it", async () => {
      const { installations } = await createStore();
      const input = newInstallation();

      const results = await Promise.all(
        Array.from({ length: 20 }, () => installations.upsert(input)),
      );

      expect(new Set(results.map(({ installation }) => installation.id)).size).toBe(1);
      expect(results.filter(({ created }) => created)).toHaveLength(1);
    });
  });
}
