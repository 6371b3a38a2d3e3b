import { describe, expect, test } from "vitest";
import type { InstallationCreate } from "../../core/installation.ts";
import type { LinkIntent } from "../../core/ports/install-links.ts";
import { customerOf } from "../../core/ports/rebinding.ts";
import { newLink } from "./install-links.contract.ts";
import {
  type CreateStores,
  newInstallation,
  plantIn,
  read,
  readEvents,
  type Stores,
  toInstall,
} from "./stores.ts";

const ACME = { customer: "acme", display_name: "Acme" };
const OTHER = { customer: "other", display_name: "Other" };

/** Plants an installation that belongs to Acme, and returns what a second install of its organization has. */
async function plantBound(createStores: CreateStores, change: Partial<InstallationCreate> = {}) {
  const stores = await createStores();
  const planted = await plantIn(stores, newInstallation({ metadata: ACME, ...change }));
  const again = toInstall({
    ...planted.input,
    accessToken: "gho_FAKE2",
    webhookSecret: "webhook-secret-2",
    metadata: OTHER,
  });
  return { stores, ...planted, again };
}

async function linkBinding({ links }: Stores, change: Partial<LinkIntent> = {}) {
  const link = newLink({ metadata: OTHER, ...change });
  await links.create(link);
  return { link, customer: customerOf(link.metadata, undefined) };
}

/** The contract of `upsert` for an organization that has an installation, for every adapter. */
export function testRebinding(createStores: CreateStores): void {
  describe("upsert with a link of another customer", () => {
    test("changes nothing of a bound installation, and leaves the link valid", async () => {
      const { stores, id, installation, again } = await plantBound(createStores);
      const binding = await linkBinding(stores);

      const refused = stores.installations.upsert(again, binding);

      await expect(refused).rejects.toMatchObject({ code: "installation_bound_elsewhere" });
      expect(await stores.installations.find({ id })).toEqual(installation);
      expect((await stores.tokens.findToken({ id }))?.accessToken).toBe("gho_FAKE1");
      expect(await readEvents(stores)).toHaveLength(1);
      expect(await stores.links.find(binding.link.id)).toMatchObject({ usedAt: null });
    });

    test.each([
      ["has none of its metadata", {}],
      ["has other metadata", { ...ACME, customer: 42 }],
      ["has only some of its metadata", { customer: "other" }],
    ])("changes nothing of an installation that %s", async (_, metadata) => {
      const { stores, again } = await plantBound(createStores, { metadata });
      const binding = await linkBinding(stores, { metadata: { customer: "other", plan: "pro" } });

      await expect(stores.installations.upsert(again, binding)).rejects.toMatchObject({
        code: "installation_bound_elsewhere",
      });
    });

    test.each(["disabled", "suspended"] as const)(
      "changes nothing of one that is %s: its grant has not ended",
      async (reason) => {
        const { stores, id, token, again } = await plantBound(createStores);
        if (reason === "disabled") await stores.installations.update(id, { isActive: false });
        else await stores.tokens.endGrant(token, reason, null);

        const refused = stores.installations.upsert(again, await linkBinding(stores));

        await expect(refused).rejects.toMatchObject({ code: "installation_bound_elsewhere" });
      },
    );

    test.each(["uninstalled", "reauthorization_required"] as const)(
      "takes an installation that is %s, with a new id, webhook secret and metadata",
      async (reason) => {
        const { stores, id, again } = await plantBound(createStores);
        await stores.tokens.endGrant(await read(stores.tokens, id), reason, null);
        const binding = await linkBinding(stores);

        const { installation, created, event } = await stores.installations.upsert(again, binding);

        expect(created).toBe(true);
        expect(installation.id).not.toBe(id);
        expect(installation).toMatchObject({ metadata: OTHER, isActive: true });
        expect(event).toMatchObject({
          type: "rebound",
          installationId: installation.id,
          previousInstallationId: id,
        });
        expect(await stores.installations.find({ id })).toBeUndefined();
        const key = { id: installation.id };
        expect(await stores.tokens.findWebhookSecret(key)).toBe("webhook-secret-2");
        expect((await stores.tokens.findToken(key))?.accessToken).toBe("gho_FAKE2");
        expect(await readEvents(stores)).toContainEqual(event);
        expect(await stores.links.find(binding.link.id)).toMatchObject({
          usedBy: installation.id,
        });
      },
    );

    test("replaces a bound installation, if the link was made for that", async () => {
      const { stores, id, again } = await plantBound(createStores);

      const { installation, event } = await stores.installations.upsert(
        again,
        await linkBinding(stores, { replaces: true }),
      );

      expect(installation.id).not.toBe(id);
      expect(event).toMatchObject({ type: "rebound", previousInstallationId: id });
      expect((await stores.installations.list({}, { limit: 10 })).items).toEqual([installation]);
    });
  });

  describe("upsert of the same customer", () => {
    test("keeps the installation with a link whose metadata it has, whatever the shown name is", async () => {
      const { stores, id, again } = await plantBound(createStores, {
        metadata: { customer: "other", display_name: "Before", plan: { name: "pro" } },
      });

      const { installation, created } = await stores.installations.upsert(
        again,
        await linkBinding(stores),
      );

      expect({ id: installation.id, created }).toEqual({ id, created: false });
      expect(installation.metadata).toEqual({ ...OTHER, plan: { name: "pro" } });
    });

    test("keeps an ended installation without a link", async () => {
      const { stores, id, token, again } = await plantBound(createStores);
      await stores.tokens.endGrant(token, "uninstalled", null);

      const { installation } = await stores.installations.upsert({ ...again, metadata: {} });

      expect(installation).toMatchObject({ id, metadata: ACME });
    });

    test.each([
      ["the same person", "583231", false],
      ["another person", "1", true],
    ])("tells in the event that %s installed it", async (_, installedById, installerChanged) => {
      const { stores, again } = await plantBound(createStores);

      const { event } = await stores.installations.upsert({ ...again, installedById });

      expect(event).toMatchObject({ type: "reinstalled", installerChanged, reason: null });
      expect(await readEvents(stores)).toContainEqual(event);
    });

    test("changes nothing by a person who may not replace the installer", async () => {
      const { stores, id, installation, again } = await plantBound(createStores);
      const binding = { mayReplaceInstaller: false };

      const refused = stores.installations.upsert({ ...again, installedById: "1" }, binding);

      await expect(refused).rejects.toMatchObject({ code: "installation_not_verified" });
      expect(await stores.installations.find({ id })).toEqual(installation);
      const same = await stores.installations.upsert(again, binding);
      expect(same.installation.id).toBe(id);
    });
  });
}
