import { describe, expect, test } from "vitest";
import { type CreateStores, plant, read, readEvents, readSecrets, toInstall } from "./stores.ts";

/** The contract of `InstallationRepository.delete`, for every adapter. */
export function testInstallationDelete(createStores: CreateStores): void {
  async function plantVersion() {
    const planted = await plant(createStores);
    return { ...planted, version: (await readSecrets(planted.tokens, planted.id)).grantVersion };
  }

  describe("delete", () => {
    test("returns the installation as it was at last, with the event that it stored", async () => {
      const { installations, id, version, ...stores } = await plantVersion();
      const [created] = await readEvents(stores);
      const last = await installations.update(id, { isActive: false });

      const deleted = await installations.delete(id, version);

      expect(deleted?.installation).toEqual(last);
      expect(deleted?.event).toMatchObject({
        type: "uninstalled",
        installationId: id,
        organizationName: "Test Org",
        reason: "deleted",
        grantEndsAt: null,
      });
      expect(await installations.find({ id })).toBeUndefined();
      expect(await readEvents(stores)).toEqual([created, deleted?.event]);
    });

    test("deletes nothing the second time, and stores no second event", async () => {
      const { installations, id, version, ...stores } = await plantVersion();
      await installations.delete(id, version);

      expect(await installations.delete(id, version)).toBeUndefined();
      expect(await readEvents(stores)).toHaveLength(2);
    });

    test("has no second event for an installation that was uninstalled before", async () => {
      const { installations, tokens, id, version, ...stores } = await plantVersion();
      await tokens.endGrant(await read(tokens, id), "uninstalled", null);

      const deleted = await installations.delete(id, version);

      expect(deleted).toMatchObject({ event: null, installation: { id } });
      expect(await readEvents({ ...stores })).toHaveLength(2);
    });

    test("is reported to one of many callers", async () => {
      const { installations, id, version } = await plantVersion();

      const deleted = await Promise.all(
        Array.from({ length: 5 }, () => installations.delete(id, version)),
      );

      expect(deleted.filter((installation) => installation !== undefined)).toHaveLength(1);
    });

    test("leaves a grant that was replaced since its version was read", async () => {
      const { installations, id, version, input } = await plantVersion();
      await installations.upsert(toInstall(input));
      const afterInstall = await installations.delete(id, version);
      const next = await installations.findGrantVersion(id);
      await installations.update(id, { refreshToken: "ghr_FAKE2" });
      const afterPatch = await installations.delete(id, next ?? 0);

      expect([afterInstall, afterPatch]).toEqual([undefined, undefined]);
      expect(await installations.find({ id })).toMatchObject({ isActive: true });
    });

    test("does not depend on other changes of the installation", async () => {
      const { installations, id, version } = await plantVersion();
      await installations.update(id, { accessToken: "gho_FAKE2", organizationName: "Renamed" });
      await installations.update(id, { refreshToken: null });

      expect(await installations.delete(id, version)).toBeDefined();
    });
  });
}
