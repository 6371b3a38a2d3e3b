import type {
  KeyCounts,
  SealedRow,
  SealedRows,
  SealedTexts,
} from "../../../core/ports/sealed-rows.ts";
import { SEALED_COLUMNS } from "../../../core/sealing/sealed-column-names.ts";

/** Reads and replaces encrypted texts in memory, in the order of installation ids. */
export function createMemorySealedRows(rows: Map<string, SealedRow>): SealedRows {
  function next(after: string | null): SealedRow[] {
    const ids = [...rows.keys()].sort().filter((id) => after === null || id > after);
    return ids.flatMap((id) => rows.get(id) ?? []);
  }

  return {
    async countKeys(after) {
      const page = next(after);
      const texts = page.flatMap((row) => Object.values(row.texts));
      return { counts: countKeys(texts), lastId: page.at(-1)?.installationId ?? null };
    },

    async findOthers(keyId, { after, limit }) {
      const page = next(after);
      const found = page
        .map((row): SealedRow => ({ ...row, texts: others(row.texts, keyId) }))
        .filter(({ texts }) => Object.keys(texts).length > 0)
        .slice(0, limit);
      const last = found.length === limit ? found.at(-1) : page.at(-1);
      return { rows: found, lastId: last?.installationId ?? null };
    },

    async replace(changes) {
      const replaced = new Set<string>();
      for (const { row, texts } of changes) {
        const stored = rows.get(row.installationId);
        const isSame = SEALED_COLUMNS.every(
          (column) =>
            row.texts[column] === undefined || row.texts[column] === stored?.texts[column],
        );
        if (!stored || !isSame) continue;
        rows.set(row.installationId, { ...stored, texts: { ...stored.texts, ...texts } });
        replaced.add(row.installationId);
      }
      return replaced;
    },

    async countPendingKeys() {
      return new Map();
    },
  };
}

function others(texts: SealedTexts, keyId: string): SealedTexts {
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => toKeyId(text) !== keyId));
}

function countKeys(texts: readonly string[]): KeyCounts {
  const byKey = Map.groupBy(texts, toKeyId);
  return new Map([...byKey].map(([key, all]) => [key, all.length]));
}

function toKeyId(text: string): string {
  return text.split(".")[1] ?? "";
}
