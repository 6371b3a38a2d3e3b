import { describe, expect, test } from "vitest";
import {
  addKey,
  countStored,
  dueDates,
  promoteKey,
  removeKey,
  resealStored,
} from "../../core/operations/rotate-keys.ts";
import { testKeyRingStore } from "../contract/keyring-store.contract.ts";
import { createMemoryKeyRingStore } from "../support/memory/keyring-store.ts";
import { CHANGED, get, prepare, RING } from "../support/sealed-installations.ts";
import { sealedText } from "../support/sealed-text.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A time after the last change of the key ring. */
const later = (ms: number) => new Date(CHANGED.getTime() + ms);
const enough = () => 60_000;
const RESEAL = { after: null, limit: 1_000, dryRun: false, remainingMs: enough };
const SETTLED = { dryRun: false, now: later(90 * MINUTE_MS), remainingMs: enough };

describe("a ring in memory", () => {
  testKeyRingStore((ring) => createMemoryKeyRingStore(ring));
});

describe("a new key", () => {
  test("decrypts, does not encrypt, and has a new id", async () => {
    const { deps } = await prepare(0);

    const id = await addKey(deps, SETTLED);
    const other = await addKey(deps, SETTLED);

    const { document } = await deps.ring.read();
    expect(id).toMatch(/^k-2027-01-01-[0-9a-f]{8}$/);
    expect(other).not.toBe(id);
    expect(document.primary).toBe("k2");
    expect(Object.keys(document.keys)).toEqual(["k1", "k2", id, other]);
    expect(document.keys).toMatchObject(RING.keys);
    expect(Buffer.from(document.keys[id] ?? "", "base64")).toHaveLength(32);
    expect(new Set(Object.values(document.keys)).size).toBe(4);
  });
});

describe("a dry run", () => {
  test("changes neither the key ring nor a row", async () => {
    const { deps, rows } = await prepare(3);
    const before = { ring: await deps.ring.read(), rows: new Map(rows) };
    const unused = await prepare(0);

    await addKey(deps, { ...SETTLED, dryRun: true });
    await promoteKey(deps, "k1", { ...SETTLED, dryRun: true });
    const { resealed } = await resealStored(deps, { ...RESEAL, dryRun: true });
    await removeKey(unused.deps, "k1", { ...SETTLED, dryRun: true });

    expect(resealed).toBe(3);
    expect({ ring: await deps.ring.read(), rows }).toEqual(before);
    expect((await unused.deps.ring.read()).document).toEqual(RING);
  });

  test("refuses what a real run refuses", async () => {
    const { deps } = await prepare(1);
    const dry = { ...SETTLED, dryRun: true };

    await expect(promoteKey(deps, "k1", { ...dry, now: CHANGED })).rejects.toThrow();
    await expect(promoteKey(deps, "k9", dry)).rejects.toThrow();
    await expect(removeKey(deps, "k1", dry)).rejects.toThrow();
    await expect(removeKey(deps, "k2", dry)).rejects.toThrow();
  });
});

describe("a key is made the primary", () => {
  test("90 minutes after the last change, when every sandbox has read it", async () => {
    const { deps } = await prepare(0);
    const early = { ...SETTLED, now: later(90 * MINUTE_MS - 1) };

    await expect(promoteKey(deps, "k1", early)).rejects.toMatchObject({
      code: "retry_later",
      message: expect.stringContaining("2027-01-01T01:30:00.000Z"),
    });
    await promoteKey(deps, "k1", SETTLED);

    expect((await deps.ring.read()).document).toEqual({ ...RING, primary: "k1" });
  });

  test.each([
    ["is not in the ring", "k3"],
    ["is already the primary", "k2"],
    ["is a property of every object", "constructor"],
  ])("not when it %s", async (_, id) => {
    const { deps } = await prepare(0);

    await expect(promoteKey(deps, id, SETTLED)).rejects.toMatchObject({ code: "invalid_request" });
    expect((await deps.ring.read()).document).toEqual(RING);
  });
});

describe("a key is removed", () => {
  test("when it encrypts no stored value", async () => {
    const { deps } = await prepare(3);
    await resealStored(deps, RESEAL);

    await removeKey(deps, "k1", SETTLED);

    const { k2 } = RING.keys;
    expect((await deps.ring.read()).document).toEqual({ primary: "k2", keys: { k2 } });
  });

  test("not while one stored value uses it, in any row and column", async () => {
    const { deps, rows } = await prepare(3);
    const { texts, ...row } = get(rows, 3);
    await resealStored(deps, RESEAL);
    const webhook_secret = sealedText(texts.webhook_secret ?? "");
    const resealed = get(rows, 3).texts;
    rows.set(row.installationId, { ...row, texts: { ...resealed, webhook_secret } });

    await expect(removeKey(deps, "k1", SETTLED)).rejects.toMatchObject({
      code: "invalid_request",
      message: "The key k1 is still used by 1 stored values.",
    });
    expect((await deps.ring.read()).document).toEqual(RING);
  });

  test("not while a pending installation uses it", async () => {
    const { deps } = await prepare(0);
    const rows = { ...deps.rows, countPendingKeys: async () => new Map([["k1", 1]]) };

    await expect(removeKey({ ...deps, rows }, "k1", SETTLED)).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  test("not if there was no time to check every row", async () => {
    const { deps } = await prepare(1);
    await resealStored(deps, RESEAL);

    const hurried = removeKey(deps, "k1", { ...SETTLED, remainingMs: () => 0 });

    await expect(hurried).rejects.toMatchObject({ code: "retry_later" });
    expect((await deps.ring.read()).document).toEqual(RING);
  });

  test("not while a sandbox may still encrypt with it", async () => {
    const { deps } = await prepare(0);
    const early = { ...SETTLED, now: later(90 * MINUTE_MS - 1) };

    await expect(removeKey(deps, "k1", early)).rejects.toMatchObject({ code: "retry_later" });
    expect((await deps.ring.read()).document).toEqual(RING);
  });

  test("not if it is the primary or does not exist", async () => {
    const { deps } = await prepare(0);

    for (const id of ["k2", "k3"]) {
      await expect(removeKey(deps, id, SETTLED)).rejects.toMatchObject({ code: "invalid_request" });
    }
  });

  test("not if the key ring was changed while the rows were counted", async () => {
    const { deps } = await prepare(1);
    await resealStored(deps, RESEAL);
    const rows = {
      ...deps.rows,
      async countKeys(id: string | null) {
        if (id === null) await promoteKey(deps, "k1", SETTLED);
        return deps.rows.countKeys(id);
      },
    };

    const removed = removeKey({ ...deps, rows }, "k1", SETTLED);

    await expect(removed).rejects.toMatchObject({ code: "retry_later" });
    expect((await deps.ring.read()).document).toEqual({ ...RING, primary: "k1" });
  });
});

describe("a key of the state key ring", () => {
  const states = { ring: createMemoryKeyRingStore(RING, CHANGED), rows: undefined };
  const month = 30 * DAY_MS + (4 * 60 + 90) * MINUTE_MS;

  test("is removed when the last install link that it encrypted has expired", async () => {
    const early = { ...SETTLED, now: later(month - 1) };

    await expect(removeKey(states, "k1", early)).rejects.toMatchObject({ code: "retry_later" });
    expect(dueDates(states, await states.ring.read())).toEqual({
      promoteAt: later(90 * MINUTE_MS),
      removeAt: later(month),
    });
    await removeKey(states, "k1", { ...SETTLED, now: later(month) });

    expect(Object.keys((await states.ring.read()).document.keys)).toEqual(["k2"]);
  });

  test("has nothing to count and nothing to re-encrypt", async () => {
    expect(await countStored(states, RESEAL)).toEqual({ counts: new Map(), lastId: null });
    await expect(resealStored(states, RESEAL)).rejects.toMatchObject({ code: "invalid_request" });
  });
});
