import { describe, expect, test } from "vitest";
import { newDelivery } from "./deliveries.contract.ts";
import { type CreateStores, newAppInstallation, newInstallation, plantIn } from "./stores.ts";

/** The contract of `ActivityReader`, and of finding installations by the platform's ids, for every adapter. */
export function testInstallationActivity(createStores: CreateStores): void {
  describe("the activity of an installation", () => {
    test("has its times, and its last deliveries with those that were handed over", async () => {
      const stores = await createStores();
      const { id, installation } = await plantIn(stores, newAppInstallation());
      await plantIn(stores, newAppInstallation({ providerInstallationId: "999" }));
      const [first, second] = [newDelivery(), newDelivery({ event: "push" })];
      await stores.deliveries.claim(first);
      await stores.deliveries.finish(first);
      await stores.age(1);
      await stores.deliveries.claim(second);

      const found = await stores.activity.find(id, { limit: 10 });

      expect(found?.times).toEqual({
        installedAt: installation.installedAt,
        installedBy: "octocat@example.com",
        lastRefreshedAt: null,
        lastLookedUpAt: null,
        rejectionCheckedAt: null,
        inactiveReason: null,
        updatedAt: expect.any(Date),
      });
      expect(found?.deliveries.toReversed()).toMatchObject([
        { deliveryId: first.id, event: "issues", isDone: true, receivedAt: expect.any(Date) },
        { deliveryId: second.id, event: "push", isDone: false },
      ]);
      expect((await stores.activity.find(id, { limit: 1 }))?.deliveries).toMatchObject([
        { deliveryId: second.id },
      ]);
    });

    test("is none without such an installation", async () => {
      const { activity } = await createStores();

      expect(await activity.find(`inst-${"0".repeat(32)}`, { limit: 1 })).toBeUndefined();
    });
  });

  describe("the ids of a platform", () => {
    test("find the installations of that platform, each with the reason why it is inactive", async () => {
      const stores = await createStores();
      const app = await plantIn(stores, newAppInstallation({ providerInstallationId: "1" }));
      const off = await plantIn(stores, newAppInstallation({ providerInstallationId: "2" }));
      await plantIn(stores, newAppInstallation({ providerInstallationId: "3" }));
      await plantIn(stores, newInstallation());
      await stores.installations.update(off.id, { isActive: false });
      const { findByProviderIds } = stores.installations;

      const found = await findByProviderIds("github", ["1", "2", "4"]);

      expect(new Set(found)).toEqual(
        new Set([
          {
            id: app.id,
            organizationId: app.input.organizationId,
            inactiveReason: null,
            providerInstallationId: "1",
          },
          {
            id: off.id,
            organizationId: off.input.organizationId,
            inactiveReason: "disabled",
            providerInstallationId: "2",
          },
        ]),
      );
      expect(await findByProviderIds("slack", ["1"])).toEqual([]);
      expect(await findByProviderIds("github", [])).toEqual([]);
    });
  });
}
