import { describe, expect, test } from "vitest";
import { type CreateStores, newInstallation } from "./stores.ts";

const REQUEST = { count: 10, retrySeconds: 120 };

/** The contract of `PendingEvents`, for every adapter. */
export function testPendingEvents(createStores: CreateStores): void {
  async function plantEvents(count: number) {
    const stores = await createStores();
    const events = [];
    for (let made = 0; made < count; made += 1) {
      const { event } = await stores.installations.create(newInstallation());
      if (event) events.push(event);
    }
    return { ...stores, events };
  }

  describe("pending events", () => {
    test("are not due while the caller that made the change may still publish them", async () => {
      const { pendingEvents, age, events } = await plantEvents(1);

      await age(50);
      expect(await pendingEvents.takeDue(REQUEST)).toEqual([]);

      await age(11);
      expect(await pendingEvents.takeDue(REQUEST)).toEqual(events);
    });

    test("are returned oldest first, as many as requested", async () => {
      const { pendingEvents, age, events } = await plantEvents(5);
      await age(61);

      const first = await pendingEvents.takeDue({ ...REQUEST, count: 3 });
      const second = await pendingEvents.takeDue({ ...REQUEST, count: 3 });

      expect([first, second]).toEqual([events.slice(0, 3), events.slice(3)]);
    });

    test("are due again after the time that was requested, and not before", async () => {
      const { pendingEvents, age, events } = await plantEvents(1);
      await age(61);
      await pendingEvents.takeDue(REQUEST);

      await age(110);
      expect(await pendingEvents.takeDue(REQUEST)).toEqual([]);

      await age(11);
      expect(await pendingEvents.takeDue(REQUEST)).toEqual(events);
    });

    test("are returned to one of several callers", async () => {
      const { pendingEvents, age, events } = await plantEvents(20);
      await age(61);

      const taken = await Promise.all(
        Array.from({ length: 8 }, () => pendingEvents.takeDue({ ...REQUEST, count: 5 })),
      );

      const ids = taken.flat().map(({ id }) => id);
      expect(ids.toSorted()).toEqual(events.map(({ id }) => id));
    });

    test("are not returned after they were removed", async () => {
      const { pendingEvents, age, events } = await plantEvents(2);
      const [first, second] = events;
      await pendingEvents.remove([first?.id ?? ""]);
      await pendingEvents.remove([first?.id ?? ""]);
      await age(61);

      expect(await pendingEvents.takeDue(REQUEST)).toEqual([second]);
    });
  });
}
