import type { RowKey, SealedColumn } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";

/** Sealed texts by their column. */
export type SealedTexts = Readonly<Partial<Record<SealedColumn, Sealed>>>;

/** What one installation holds sealed under other keys than the primary. */
export interface SealedRow extends RowKey {
  readonly installationId: string;
  readonly texts: SealedTexts;
}

/** New texts for a row, and the row as it was read. */
export interface Replacement {
  readonly row: SealedRow;
  readonly texts: SealedTexts;
}

/** How many texts are sealed with each key, by its id. */
export type KeyCounts = ReadonlyMap<string, number>;

/** The port for going through all that is stored sealed, page by page in the order of ids. */
export interface SealedRows {
  /**
   * Counts the keys of the next rows after an id, or of the first; `lastId` is `null` when there are no more.
   *
   * There is no index by key: it would cost at every refresh, for a question that is asked once in months.
   */
  countKeys(after: string | null): Promise<{ counts: KeyCounts; lastId: string | null }>;
  /** Of the next rows those that hold texts of other keys than `keyId`, with these texts alone. */
  findOthers(
    keyId: string,
    page: { after: string | null; limit: number },
  ): Promise<{ rows: SealedRow[]; lastId: string | null }>;
  /**
   * Puts new texts in the place of those that were read, and answers the ids of the rows that still held
   * every one of them: all others stay as they are. Versions, leases and dates are not touched.
   */
  replace(changes: readonly Replacement[]): Promise<ReadonlySet<string>>;
  /** Counts the keys of grants that wait for their installer to choose: they end within ten minutes. */
  countPendingKeys(): Promise<KeyCounts>;
}
