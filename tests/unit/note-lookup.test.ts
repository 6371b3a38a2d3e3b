import { expect, test } from "vitest";
import { noteLookup } from "../../core/tokens/note-lookup.ts";

const OLD = { installationId: "inst-1", isLookupRecent: false };

test("a lookup is noted once, and not again within the hour", async () => {
  const noted: string[] = [];
  const tokens = {
    async noteLookup(id: string) {
      noted.push(id);
    },
  };

  await noteLookup({ tokens }, OLD);
  await noteLookup({ tokens }, { ...OLD, isLookupRecent: true });

  expect(noted).toEqual(["inst-1"]);
});

test("a lookup does not fail if it cannot be noted", async () => {
  const tokens = { noteLookup: () => Promise.reject(new Error("away")) };

  await expect(noteLookup({ tokens }, OLD)).resolves.toBeUndefined();
});

test("a lookup does not wait for a store that does not respond", async () => {
  const tokens = { noteLookup: () => new Promise<void>(() => {}) };

  await expect(noteLookup({ tokens }, OLD)).resolves.toBeUndefined();
});
