import { describe, expect, test } from "vitest";
import type { WebhookEvent } from "../../core/ports/webhook-event.ts";
import { retried } from "../support/retried.ts";
import { newDelivery, toEvent } from "./deliveries.contract.ts";
import type { CreateStores } from "./stores.ts";

const RETRY = { count: 10, retrySeconds: 100 };

/** The contract of `Outbox`, for every adapter. */
export function testOutbox(createStores: CreateStores): void {
  describe("the outbox", () => {
    async function plantOutbox(count: number) {
      const stores = await createStores();
      const events: WebhookEvent[] = [];
      for (let made = 0; made < count; made += 1) {
        const delivery = newDelivery();
        const event = toEvent(delivery.id);
        await retried(() => stores.deliveries.claim(delivery));
        await retried(() => stores.deliveries.finishLater(delivery, event));
        events.push(event);
      }
      return { ...stores, events };
    }

    test("returns deliveries oldest first, as many as requested, and again after a time", async () => {
      const { outbox, events, age } = await plantOutbox(5);
      const first = await outbox.takeDue({ ...RETRY, count: 3 });
      const second = await outbox.takeDue({ ...RETRY, count: 3 });
      await age(90);
      const early = await outbox.takeDue(RETRY);
      await age(11);

      expect([first, second, early]).toEqual([events.slice(0, 3), events.slice(3), []]);
      expect(await outbox.takeDue(RETRY)).toEqual(events);
    });

    test("returns each to one of several callers", async () => {
      const { outbox, events } = await plantOutbox(20);

      const taken = await Promise.all(
        Array.from({ length: 8 }, () => outbox.takeDue({ ...RETRY, count: 5 })),
      );

      const ids = taken.flat().map(({ deliveryId }) => deliveryId);
      expect(ids.toSorted()).toEqual(events.map(({ deliveryId }) => deliveryId).sort());
    });

    test("does not return what was removed", async () => {
      const { outbox, events } = await plantOutbox(2);
      await outbox.remove([events[0]?.deliveryId ?? ""]);

      expect(await outbox.takeDue(RETRY)).toEqual(events.slice(1));
    });

    test("is due work", async () => {
      const { dueWork, outbox, events } = await plantOutbox(1);
      const limits = { kinds: [], webhookKinds: [], count: 10 };
      const before = await dueWork.find(limits);
      await outbox.remove(events.map(({ deliveryId }) => deliveryId));

      expect(before.hasDueDeliveries).toBe(true);
      expect((await dueWork.find(limits)).hasDueDeliveries).toBe(false);
    });
  });
}
