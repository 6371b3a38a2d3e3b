import { describe, expect, test } from "vitest";
import type { SealedRow, SealedRows, SealedTexts } from "../../core/ports/sealed-rows.ts";
import { SEALED_COLUMNS } from "../../core/sealing/sealed-column-names.ts";
import { sealedText } from "../support/sealed-text.ts";

/** A store of encrypted rows, and a way to write rows without the port. */
export interface SealedRowsStore {
  readonly rows: SealedRows;
  put(row: SealedRow): Promise<void>;
  read(installationId: string): Promise<SealedTexts>;
}

/** A row whose id sorts by its number. Every row has a webhook secret. */
function rowOf(number: number, texts: SealedTexts): SealedRow {
  return {
    installationId: `inst-${number.toString(16).padStart(32, "0")}`,
    platform: "github",
    organizationId: `${number}`,
    kind: "github_app",
    providerInstallationId: `1${number}`,
    clientId: "client-1",
    texts: {
      registration: sealedText("v1.k2.registration"),
      webhook_secret: sealedText("v1.k2.secret"),
      ...texts,
    },
  };
}

/** The promises of `SealedRows`, for every adapter to keep. */
export function testSealedRows(createStore: () => Promise<SealedRowsStore>): void {
  async function storeOf(...given: SealedRow[]): Promise<SealedRowsStore> {
    const store = await createStore();
    for (const row of given) await store.put(row);
    return store;
  }

  async function findAll({ rows }: SealedRowsStore, keyId: string, limit: number) {
    const found: SealedRow[] = [];
    let after: string | null = null;
    do {
      const page = await rows.findOthers(keyId, { after, limit });
      expect(page.rows.length).toBeLessThanOrEqual(limit);
      found.push(...page.rows);
      after = page.lastId;
    } while (after !== null);
    return found;
  }

  describe("the sealed rows", () => {
    test("count the texts that each key has encrypted, in every column", async () => {
      const all = { access_token: sealedText("v1.k1.a"), refresh_token: sealedText("v1.k1.b") };
      const { rows } = await storeOf(
        rowOf(1, {
          ...all,
          previous_refresh_token: sealedText("v1.k0.c"),
          webhook_secret: sealedText("v1.k3.d"),
        }),
        rowOf(2, { access_token: sealedText("v1.k1.e") }),
        rowOf(3, {}),
      );

      const first = await rows.countKeys(null);
      const rest = await rows.countKeys(first.lastId);

      expect(Object.fromEntries(first.counts)).toEqual({ k0: 1, k1: 3, k2: 5, k3: 1 });
      expect(rest).toEqual({ counts: new Map(), lastId: null });
    });

    test.each(SEALED_COLUMNS)(
      "find a row of which only the %s is under another key, with only that text",
      async (column) => {
        const texts = {
          registration: sealedText("v1.k2.r"),
          access_token: sealedText("v1.k2.a"),
          refresh_token: sealedText("v1.k2.b"),
          previous_refresh_token: sealedText("v1.k2.c"),
          webhook_secret: sealedText("v1.k2.d"),
        };
        const other = rowOf(2, { ...texts, [column]: sealedText("v1.k1.other") });
        const store = await storeOf(rowOf(1, texts), other, rowOf(3, texts));

        const found = await findAll(store, "k2", 10);

        expect(found).toEqual([{ ...other, texts: { [column]: sealedText("v1.k1.other") } }]);
      },
    );

    test.each([1, 2, 3, 100])("find each row once, by pages of %i", async (limit) => {
      const old = { access_token: sealedText("v1.k1.a") };
      const store = await storeOf(
        ...[1, 2, 3, 4, 5, 6, 7].map((number) => rowOf(number, number === 4 ? {} : old)),
      );

      const found = await findAll(store, "k2", limit);

      expect(found.map(({ organizationId }) => organizationId)).toEqual([
        "1",
        "2",
        "3",
        "5",
        "6",
        "7",
      ]);
    });

    test("compare whole key ids", async () => {
      const store = await storeOf(rowOf(1, { access_token: sealedText("v1.k22.a") }));

      expect(await findAll(store, "k2", 10)).toHaveLength(1);
    });

    test.each(SEALED_COLUMNS)("replace the %s that was read, and nothing else", async (column) => {
      const row = rowOf(1, {
        registration: sealedText("v1.k1.r"),
        access_token: sealedText("v1.k1.a"),
        refresh_token: sealedText("v1.k1.b"),
        previous_refresh_token: sealedText("v1.k1.c"),
        webhook_secret: sealedText("v1.k1.d"),
      });
      const { rows, read } = await storeOf(row);
      const texts = { [column]: sealedText("v1.k2.newer") };
      const before = { ...row, texts: { [column]: row.texts[column] } };

      const replaced = await rows.replace([{ row: before, texts }]);

      expect(replaced).toEqual(new Set([row.installationId]));
      expect(await read(row.installationId)).toEqual({ ...row.texts, ...texts });
    });

    test.each(SEALED_COLUMNS)(
      "skip a row whose %s was written since it was read, and replace the others",
      async (column) => {
        const texts = {
          registration: sealedText("v1.k1.r"),
          access_token: sealedText("v1.k1.a"),
          refresh_token: sealedText("v1.k1.b"),
          previous_refresh_token: sealedText("v1.k1.c"),
          webhook_secret: sealedText("v1.k1.d"),
        };
        const newer = { ...texts, [column]: sealedText("v1.k2.newer") };
        const { rows, read } = await storeOf(rowOf(1, newer), rowOf(2, texts));
        const resealed = { ...texts, access_token: sealedText("v1.k2.stale") };

        const replaced = await rows.replace([
          { row: rowOf(1, texts), texts: resealed },
          { row: rowOf(2, texts), texts: resealed },
          { row: rowOf(3, texts), texts: resealed },
        ]);

        expect(replaced).toEqual(new Set([rowOf(2, {}).installationId]));
        expect(await read(rowOf(1, {}).installationId)).toEqual(newer);
        expect(await read(rowOf(2, {}).installationId)).toEqual(resealed);
      },
    );

    test("replace nothing without changes, and find nothing in an empty store", async () => {
      const { rows } = await createStore();

      expect(await rows.replace([])).toEqual(new Set());
      expect(await rows.findOthers("k1", { after: null, limit: 1 })).toEqual({
        rows: [],
        lastId: null,
      });
    });
  });
}
