import { describe, expect, test } from "vitest";
import { CLAIM_SECONDS, type NewDelivery } from "../../core/ports/deliveries.ts";
import type { WebhookEvent } from "../../core/ports/webhook-event.ts";
import { retried } from "../support/retried.ts";
import {
  type CreateStores,
  DAY_SECONDS,
  newAppInstallation,
  newInstallation,
  plantIn,
  readSecrets,
} from "./stores.ts";

const RETRY = { count: 10, retrySeconds: 100 };

const LIFECYCLE = {
  installations: [{ platform: "github", providerInstallationId: "12345" }],
  mayChangeToken: true,
  created: {
    platform: "github",
    providerInstallationId: "12345",
    organizationId: "67890",
    sender: { id: "1", name: "Grüße 👋" },
    requester: null,
  },
} as const satisfies NewDelivery["lifecycle"];

/** A delivery to claim, of a GitHub App unless it is changed. */
export function newDelivery(change: Partial<NewDelivery> = {}): NewDelivery {
  return {
    id: `github:${crypto.randomUUID()}`,
    platform: "github",
    clientId: "client-1",
    claimedBy: crypto.randomUUID(),
    event: "issues",
    owner: { type: "provider_installation", providerInstallationId: "12345" },
    lifecycle: null,
    ...change,
  };
}

/** The same delivery, as another process claims it. */
function copyOf(delivery: NewDelivery): NewDelivery {
  return { ...delivery, claimedBy: crypto.randomUUID() };
}

function organizations(...organizationIds: string[]) {
  return { type: "organizations", organizationIds } as const;
}

/** The event of a delivery. */
export function toEvent(deliveryId: string): WebhookEvent {
  return {
    deliveryId,
    platform: "github",
    event: "issues",
    action: "opened",
    receivedAt: new Date("2026-11-28T10:00:00.123Z"),
    installation: {
      id: `inst-${"0".repeat(32)}`,
      organizationId: "67890",
      organizationName: "Acme",
      metadata: { customer: "c-1" },
    },
    body: '{"action":"opened","id":90071992547409931}',
  };
}

/** The contract of `Deliveries`, for every adapter. */
export function testDeliveries(createStores: CreateStores): void {
  describe("a delivery", () => {
    test("is claimed by one of several callers, until it is done", async () => {
      const { deliveries } = await createStores();
      const delivery = newDelivery();
      const copies = Array.from({ length: 8 }, () => copyOf(delivery));
      const claims = await Promise.all(copies.map((copy) => retried(() => deliveries.claim(copy))));
      const claimed = claims.filter(({ status }) => status === "claimed");

      expect(claimed).toHaveLength(1);
      expect(claims.filter(({ status }) => status === "claimed_by_other")).toHaveLength(7);
    });

    test("is claimed again by the same caller, whose reply may have been lost", async () => {
      const { deliveries } = await createStores();
      const delivery = newDelivery();
      const first = await deliveries.claim(delivery);

      expect(await deliveries.claim(delivery)).toEqual(first);
    });

    test("is claimed again after the claim has ended, with the time of the first copy", async () => {
      const { deliveries, age } = await createStores();
      const delivery = newDelivery();
      const first = await deliveries.claim(delivery);
      await age(CLAIM_SECONDS - 2);
      const early = await deliveries.claim(copyOf(delivery));
      await age(3);
      const late = copyOf(delivery);
      const second = await deliveries.claim(late);
      await deliveries.finish(delivery);

      expect([first.status, early.status, second.status]).toEqual([
        "claimed",
        "claimed_by_other",
        "claimed",
      ]);
      // Only the second caller can finish it now.
      expect((await deliveries.claim(late)).status).toBe("claimed");
      await deliveries.finish(late);
      expect(await deliveries.claim(copyOf(delivery))).toEqual({ status: "done" });
    });

    test("is claimed again at once after it was released, and not after it was done", async () => {
      const { deliveries } = await createStores();
      const delivery = newDelivery();
      await deliveries.claim(delivery);
      await deliveries.release(copyOf(delivery));
      const still = await deliveries.claim(copyOf(delivery));
      await deliveries.release(delivery);
      const second = copyOf(delivery);
      const released = await deliveries.claim(second);
      await deliveries.finish(second);
      await deliveries.release(second);

      expect([still.status, released.status]).toEqual(["claimed_by_other", "claimed"]);
      expect(await deliveries.claim(copyOf(delivery))).toEqual({ status: "done" });
    });

    test("is done when it is in the outbox, once", async () => {
      const { deliveries, outbox } = await createStores();
      const delivery = newDelivery();
      const event = toEvent(delivery.id);
      await deliveries.claim(delivery);
      await deliveries.finishLater(delivery, event);
      await deliveries.finishLater(delivery, event);

      expect(await deliveries.claim(copyOf(delivery))).toEqual({ status: "done" });
      expect(await outbox.takeDue(RETRY)).toEqual([event]);
    });

    test("is deleted after seven days", async () => {
      const { deliveries, outbox, expiry, age } = await createStores();
      const delivery = newDelivery();
      await deliveries.claim(delivery);
      await deliveries.finishLater(delivery, toEvent(delivery.id));
      await age(6.9 * DAY_SECONDS);
      expect(await expiry.removeDeliveries()).toBe(0);

      await age(0.2 * DAY_SECONDS);
      expect(await expiry.removeDeliveries()).toBe(2);
      expect(await outbox.takeDue(RETRY)).toEqual([]);
      expect((await deliveries.claim(copyOf(delivery))).status).toBe("claimed");
    });

    test("keeps what it says about grants, as it was first claimed", async () => {
      const { deliveries, age } = await createStores();
      const delivery = newDelivery({ lifecycle: LIFECYCLE });
      const plain = newDelivery();
      await deliveries.claim(delivery);
      await deliveries.claim(plain);
      await age(CLAIM_SECONDS + 1);
      await deliveries.claim({ ...copyOf(delivery), lifecycle: null });

      expect(await deliveries.findLifecycle(delivery.id)).toEqual(LIFECYCLE);
      expect(await deliveries.findLifecycle(plain.id)).toBeUndefined();
      expect(await deliveries.findLifecycle("github:none")).toBeUndefined();
    });
  });

  describe("the attribution of a delivery", () => {
    test("of an App is by the id of its installation", async () => {
      const stores = await createStores();
      const { id, installation } = await plantIn(
        stores,
        newAppInstallation({ metadata: { customer: "c-1" } }),
      );
      await plantIn(stores, newAppInstallation({ providerInstallationId: "54321" }));

      expect(await stores.deliveries.claim(newDelivery())).toEqual({
        status: "claimed",
        receivedAt: expect.any(Date),
        installation: {
          id,
          organizationId: installation.organizationId,
          organizationName: "Test Org",
          metadata: { customer: "c-1" },
          isActive: true,
          isUnclaimed: false,
        },
      });
    });

    test.each([
      ["without an owner", { owner: null }],
      [
        "of an unknown installation",
        { owner: { type: "provider_installation", providerInstallationId: "1" } },
      ],
      ["of another platform", { platform: "slack" }],
      ["of another registration", { clientId: "client-2" }],
      ["of an unknown organization", { owner: organizations("none") }],
    ] as const)("is to nobody for one %s", async (_name, change) => {
      const stores = await createStores();
      await plantIn(stores, newAppInstallation());

      expect(await stores.deliveries.claim(newDelivery(change))).toMatchObject({
        status: "claimed",
        installation: null,
      });
    });

    test("of organizations is to the first that has an installation", async () => {
      const stores = await createStores();
      const slack = { platform: "slack", kind: "slack_bot" } as const;
      const team = await plantIn(stores, newInstallation({ ...slack, organizationId: "T1" }));
      const both = await plantIn(stores, newInstallation({ ...slack, organizationId: "E1" }));
      await plantIn(stores, newInstallation({ organizationId: "T2" }));
      const ownerOf = async (...ids: string[]) => {
        const owner = organizations(...ids);
        const claim = await stores.deliveries.claim(newDelivery({ platform: "slack", owner }));
        return claim.status === "claimed" ? claim.installation?.id : undefined;
      };

      expect(await ownerOf("T1", "E1")).toBe(team.id);
      expect(await ownerOf("E1", "T1")).toBe(both.id);
      expect(await ownerOf("T2", "E1")).toBe(both.id);
      expect(await ownerOf("T2")).toBeUndefined();
    });

    test("says whether the installation is active", async () => {
      const stores = await createStores();
      const { id } = await plantIn(stores, newAppInstallation());
      await stores.tokens.endInstallation(await readSecrets(stores.tokens, id), "suspended", null);

      expect(await stores.deliveries.claim(newDelivery())).toMatchObject({
        installation: { id, isActive: false, isUnclaimed: false },
      });
    });

    test("says whether anybody has connected the installation", async () => {
      const stores = await createStores();
      await stores.installations.addUnclaimed({
        platform: "github",
        organizationId: "67890",
        organizationName: "Acme",
        kind: "github_app",
        providerInstallationId: "12345",
        clientId: "client-1",
        installedBy: "octocat",
        installedById: "1",
        requester: null,
      });

      expect(await stores.deliveries.claim(newDelivery())).toMatchObject({
        installation: { isActive: false, isUnclaimed: true },
      });
    });

    test("is made again with a new claim, and not by a copy", async () => {
      const stores = await createStores();
      const delivery = newDelivery();
      await stores.deliveries.claim(delivery);
      const { id } = await plantIn(stores, newAppInstallation());
      const copy = await stores.deliveries.claim(delivery);
      await stores.age(CLAIM_SECONDS + 1);

      expect(copy).toMatchObject({ status: "claimed", installation: null });
      expect(await stores.deliveries.claim(copyOf(delivery))).toMatchObject({
        installation: { id },
      });
    });
  });
}
