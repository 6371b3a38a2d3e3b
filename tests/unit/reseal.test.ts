import { describe, expect, test } from "vitest";
import { countStored, removeKey, resealStored } from "../../core/operations/rotate-keys.ts";
import type { SealedRows } from "../../core/ports/sealed-rows.ts";
import { openColumn, sealColumn } from "../../core/sealing/sealed-columns.ts";
import { CHANGED, get, prepare, RING, sealerOf } from "../support/sealed-installations.ts";
import { sealedText } from "../support/sealed-text.ts";

const enough = () => 60_000;
const RESEAL = { after: null, limit: 1_000, dryRun: false, remainingMs: enough };
const SETTLED = {
  dryRun: false,
  now: new Date(CHANGED.getTime() + 90 * 60_000),
  remainingMs: enough,
};

describe("re-encryption", () => {
  test("encrypts every value with the primary key, and changes none", async () => {
    const { deps, rows } = await prepare(250);

    const result = await resealStored(deps, RESEAL);

    expect(result).toEqual({ resealed: 250, changed: 0, unreadable: [], lastId: null });
    expect((await countStored(deps, RESEAL)).counts).toEqual(new Map([["k2", 750]]));
    const { k2 = "" } = RING.keys;
    const sealer = sealerOf({ primary: "k2", keys: { k2 } });
    for (const row of rows.values()) {
      const { access_token = "", webhook_secret = "" } = row.texts;
      const opened = [
        await openColumn(sealer, "access_token", row, access_token),
        await openColumn(sealer, "webhook_secret", row, webhook_secret),
      ];
      expect(opened).toEqual([`access-${row.organizationId}`, `secret-${row.organizationId}`]);
    }
  });

  test("continues where it stopped, and repeats nothing", async () => {
    const { deps } = await prepare(250);

    const first = await resealStored(deps, { ...RESEAL, limit: 120 });
    const second = await resealStored(deps, { ...RESEAL, after: first.lastId });
    const again = await resealStored(deps, RESEAL);

    expect([first.resealed, second.resealed, again.resealed]).toEqual([120, 130, 0]);
    expect(second.lastId).toBeNull();
  });

  test("stops when its time is over, and returns where", async () => {
    const { deps } = await prepare(250);

    const { resealed, lastId } = await resealStored(deps, { ...RESEAL, remainingMs: () => 0 });

    expect(resealed).toBe(100);
    expect(lastId).toBe(`inst-${"100".padStart(32, "0")}`);
  });

  test.each([
    ["is damaged", (text: string) => text.replace(/.{4}$/, "AAAA")],
    ["names a key that is not in the ring", (text: string) => text.replace("v1.k1.", "v1.k9.")],
    ["is not encrypted text", () => "v1.rubbish"],
  ])("reports a row with a value that %s, does not change it, and continues", async (_, spoil) => {
    const { deps, rows } = await prepare(3);
    const { texts, ...row } = get(rows, 2);
    const spoiled = {
      ...row,
      texts: { ...texts, webhook_secret: sealedText(spoil(texts.webhook_secret ?? "")) },
    };
    rows.set(row.installationId, spoiled);

    const result = await resealStored(deps, RESEAL);

    expect(result).toMatchObject({ resealed: 2, unreadable: [row.installationId] });
    expect(get(rows, 2)).toEqual(spoiled);
    await expect(removeKey(deps, "k1", SETTLED)).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  test("never overwrites a value that was written meanwhile", async () => {
    const { deps, rows } = await prepare(2);
    const { texts, ...row } = get(rows, 1);
    const newer = await sealColumn(sealerOf(RING), "access_token", row, "newer");
    const overtaken: SealedRows = {
      ...deps.rows,
      replace(changes) {
        rows.set(row.installationId, { ...row, texts: { ...texts, access_token: newer } });
        return deps.rows.replace(changes);
      },
    };

    const first = await resealStored({ ...deps, rows: overtaken }, RESEAL);
    const second = await resealStored(deps, RESEAL);

    expect([first.resealed, first.changed, second.resealed]).toEqual([1, 1, 1]);
    expect(get(rows, 1).texts.access_token).toBe(newer);
    expect((await countStored(deps, RESEAL)).counts).toEqual(new Map([["k2", 6]]));
  });
});
