import { describe, expect, test } from "vitest";
import type { ImportedInstallation } from "../../core/ports/installation-transfer.ts";
import { type CreateStores, newInstallation, plantIn } from "./stores.ts";

const ID = "inst-0190a2b3c4d5e6f7a8b9c0d1e2f3a4b5";

/** An installation to import, with all fields by default. */
export function newImport(change: Partial<ImportedInstallation> = {}): ImportedInstallation {
  return {
    ...newInstallation(),
    id: undefined,
    inactiveReason: null,
    installedAt: new Date("2024-02-29T12:00:00.123Z"),
    tokenStoredAt: new Date("2026-01-01T00:00:00.456Z"),
    ...change,
  };
}

/** The contract of `InstallationTransfer`, for every adapter. */
export function testInstallationTransfer(createStores: CreateStores): void {
  const all = { after: undefined, limit: 100 };
  const real = { dryRun: false };

  describe("import", () => {
    test("stores installations whose tokens are returned from then on", async () => {
      const { transfer, installations, tokens } = await createStores();
      const imported = newImport({ id: ID, metadata: { customer: "c-1" } });

      const outcome = await transfer.importAll([imported], real);

      expect(outcome).toEqual({ created: 1, unchanged: 0, conflicts: [] });
      const { platform, organizationId } = imported;
      expect(await tokens.findToken({ platform, organizationId })).toMatchObject({
        installationId: ID,
        accessToken: "gho_FAKE1",
        lifetimeSeconds: (Date.UTC(2030, 0, 1) - Date.UTC(2026, 0, 1) - 456) / 1000,
        tokenVersion: 1,
      });
      expect(await tokens.findSecrets({ id: ID })).toMatchObject({ refreshToken: "ghr_FAKE1" });
      expect(await tokens.findWebhookSecret({ id: ID })).toBe("webhook-secret-1");
      expect(await installations.find({ id: ID })).toMatchObject({
        isActive: true,
        installedAt: new Date("2024-02-29T12:00:00.123Z"),
        metadata: { customer: "c-1" },
      });
    });

    test("sets omitted fields as for a new installation", async () => {
      const { transfer, installations, tokens } = await createStores();
      const chosen = { installedAt: undefined, tokenStoredAt: undefined, webhookSecret: undefined };
      const imported = newImport(chosen);

      await transfer.importAll([imported], real);

      const { platform, organizationId } = imported;
      const found = await installations.find({ platform, organizationId });
      expect(found?.id).toMatch(/^inst-[0-9a-f]{32}$/);
      expect(Math.abs(Number(found?.installedAt) - Date.now())).toBeLessThan(60_000);
      const secret = await tokens.findWebhookSecret({ platform, organizationId });
      expect(secret).toMatch(/^[0-9a-f]{64}$/);
    });

    test("keeps the reason of an inactive installation, and returns no token of it", async () => {
      const { transfer, installations, tokens } = await createStores();

      await transfer.importAll(
        [newImport({ id: ID, inactiveReason: "suspended", accessToken: null })],
        real,
      );

      expect(await installations.find({ id: ID })).toMatchObject({
        isActive: false,
        inactiveReason: "suspended",
      });
      expect(await tokens.findToken({ id: ID })).toMatchObject({ accessToken: null });
    });

    test("stores none if one conflicts with a stored installation, and returns which", async () => {
      const stores = await createStores();
      const { transfer, installations } = stores;
      const { installation: one } = await plantIn(stores, newInstallation());
      const { installation: other } = await plantIn(stores, newInstallation());
      const sameOrganization = newImport({ organizationId: one.organizationId });
      const sameId = newImport({ id: other.id });

      const outcome = await transfer.importAll(
        [newImport(), sameOrganization, newImport(), sameId],
        real,
      );

      expect(outcome).toEqual({
        created: 0,
        unchanged: 0,
        conflicts: [
          { index: 1, installationId: one.id },
          { index: 3, installationId: other.id },
        ],
      });
      expect((await installations.list({}, { limit: 10 })).items).toEqual([other, one]);
    });

    test("repeated finds the stored installation, whatever fields were omitted", async () => {
      const { transfer } = await createStores();
      const first = newImport({ id: ID, metadata: { b: 1, a: [null, { c: "d" }] } });
      const second = newImport({ installedAt: undefined, webhookSecret: undefined });
      await transfer.importAll([first, second], real);

      const outcome = await transfer.importAll([second, newImport(), first], real);

      expect(outcome).toEqual({ created: 1, unchanged: 2, conflicts: [] });
    });

    test.each<[string, Partial<ImportedInstallation>]>([
      ["client id", { clientId: "client-2" }],
      ["access token", { accessToken: "gho_FAKE2" }],
      ["refresh token", { refreshToken: null }],
      ["webhook secret", { webhookSecret: "webhook-secret-2" }],
      ["expiry", { tokenExpiresAt: null }],
      ["scopes", { scopes: ["repo"] }],
      ["metadata", { metadata: { customer: "c-2" } }],
      ["name", { organizationName: "Other Org" }],
      ["state", { inactiveReason: "disabled" }],
    ])("repeated with another %s conflicts", async (_, change) => {
      const { transfer } = await createStores();
      const imported = newImport({ id: ID });
      await transfer.importAll([imported], real);

      const { conflicts } = await transfer.importAll([{ ...imported, ...change }], real);

      expect(conflicts).toEqual([{ index: 0, installationId: ID }]);
    });

    test("does not conflict with the same organization id on another platform", async () => {
      const { transfer, installations } = await createStores();
      const input = newInstallation();
      await installations.create(input);

      const outcome = await transfer.importAll(
        [newImport({ ...input, platform: "jira", kind: "jira_3lo" })],
        real,
      );

      expect(outcome).toEqual({ created: 1, unchanged: 0, conflicts: [] });
    });

    test("as a dry run returns the same, and stores nothing", async () => {
      const { transfer, installations } = await createStores();

      const outcome = await transfer.importAll([newImport(), newImport()], { dryRun: true });

      expect(outcome).toEqual({ created: 2, unchanged: 0, conflicts: [] });
      expect((await installations.list({}, { limit: 10 })).items).toEqual([]);
    });

    test("creates once for many concurrent callers; the others find it stored", async () => {
      const { transfer } = await createStores();
      const installations = [newImport(), newImport(), newImport()];

      const outcomes = await Promise.all(
        Array.from({ length: 10 }, () => transfer.importAll(installations, real)),
      );

      expect(outcomes.filter(({ created }) => created === 3)).toHaveLength(1);
      expect(outcomes.filter(({ unchanged }) => unchanged === 3)).toHaveLength(9);
    });
  });

  describe("export", () => {
    test("returns all that was imported", async () => {
      const { transfer } = await createStores();
      const imported = newImport({
        id: ID,
        platform: "jira",
        kind: "jira_3lo",
        inactiveReason: "reauthorization_required",
        metadata: { customer: "c-1" },
      });
      await transfer.importAll([imported], real);

      const { rows, hasMore } = await transfer.exportPage(all);

      expect(rows).toEqual([{ id: ID, record: imported }]);
      expect(hasMore).toBe(false);
    });

    test("returns pages in the order of ids, without gaps and without repeats", async () => {
      const stores = await createStores();
      const { transfer } = stores;
      const ids: string[] = [];
      for (let made = 0; made < 7; made += 1) {
        ids.push((await plantIn(stores, newInstallation())).id);
      }

      const first = await transfer.exportPage({ after: undefined, limit: 3 });
      const second = await transfer.exportPage({ after: first.rows.at(-1)?.id, limit: 3 });
      const third = await transfer.exportPage({ after: second.rows.at(-1)?.id, limit: 3 });

      const found = [first, second, third].flatMap(({ rows }) => rows.map(({ id }) => id));
      expect(found).toEqual(ids.toSorted());
      expect([first, second, third].map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
    });
  });
}
