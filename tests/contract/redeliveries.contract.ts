import { describe, expect, test } from "vitest";
import { newDelivery } from "./deliveries.contract.ts";
import { type CreateStores, DAY_SECONDS } from "./stores.ts";

const SCAN = { retrySeconds: 100 };
const MINUTE = 60;
const NONE = { failed: [], succeeded: [], scannedTo: null };
const ALL = { count: 10 };

/** The contract of `Redeliveries`, for every adapter. */
export function testRedeliveries(createStores: CreateStores): void {
  describe("a scan of the history of deliveries", () => {
    test("is taken by one of several callers, and again after a time", async () => {
      const { redeliveries, age } = await createStores();
      const scans = await Promise.all(Array.from({ length: 8 }, () => redeliveries.takeScan(SCAN)));
      const scannedTo = new Date("2026-11-28T10:00:00Z");
      await redeliveries.store({ ...NONE, scannedTo });
      const early = await redeliveries.takeScan(SCAN);
      await age(101);

      expect(scans.filter((scan) => scan !== undefined)).toEqual([{ scannedTo: null }]);
      expect(early).toBeUndefined();
      expect(await redeliveries.takeScan(SCAN)).toEqual({ scannedTo });
    });
  });

  describe("a failed delivery", () => {
    test("is due five times, with growing pauses, by its last attempt", async () => {
      const { redeliveries, age } = await createStores();
      await redeliveries.takeScan(SCAN);
      await redeliveries.store({ ...NONE, failed: [{ guid: "one", id: "1" }] });
      const taken = [];
      for (const minutes of [0, 3, 2, 21, 121, 721, 721]) {
        await age(minutes * MINUTE);
        const due = await redeliveries.takeDue(ALL);
        taken.push(due.map(({ id }) => id));
        const last = String(taken.length + 1);
        await redeliveries.store({ ...NONE, failed: [{ guid: "one", id: last }] });
      }

      expect(taken).toEqual([["1"], [], ["3"], ["4"], ["5"], ["6"], []]);
    });

    test("is not due after a success, or when it was handled, or after three days", async () => {
      const { redeliveries, deliveries, age } = await createStores();
      const handled = newDelivery();
      const guid = handled.id.replace("github:", "");
      await deliveries.claim(handled);
      await deliveries.finish(handled);
      await redeliveries.takeScan(SCAN);
      const failed = ["one", "two", guid].map((each) => ({ guid: each, id: "1" }));
      await redeliveries.store({ ...NONE, failed });
      await redeliveries.store({ ...NONE, succeeded: ["one"] });
      const due = await redeliveries.takeDue(ALL);
      await age(3.1 * DAY_SECONDS);

      expect(due).toEqual([{ guid: "two", id: "1" }]);
      expect(await redeliveries.takeDue(ALL)).toEqual([]);
    });

    test("is returned to one of several callers", async () => {
      const { redeliveries } = await createStores();
      await redeliveries.takeScan(SCAN);
      const failed = Array.from({ length: 20 }, (_, i) => ({ guid: `g-${i}`, id: `${i}` }));
      await redeliveries.store({ ...NONE, failed });

      const taken = await Promise.all(
        Array.from({ length: 8 }, () => redeliveries.takeDue({ count: 5 })),
      );

      const guids = taken.flat().map(({ guid }) => guid);
      expect(guids.toSorted()).toEqual(failed.map(({ guid }) => guid).sort());
    });
  });
}
