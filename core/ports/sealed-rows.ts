import type { SealedColumn } from "../sealing/sealed-column-names.ts";
import type { RowKey } from "../sealing/sealed-columns.ts";
import type { Sealed } from "../sealing/sealer.ts";

/** Encrypted texts by their column. */
export type SealedTexts = Readonly<Partial<Record<SealedColumn, Sealed>>>;

/** The texts of one installation that are not encrypted with the primary key. */
export interface SealedRow extends RowKey {
  readonly installationId: string;
  readonly texts: SealedTexts;
}

/** New texts for a row, and the row as it was read. */
export interface Replacement {
  readonly row: SealedRow;
  readonly texts: SealedTexts;
}

/** The number of texts that each key has encrypted, by key id. */
export type KeyCounts = ReadonlyMap<string, number>;

/**
 * The port that reads and replaces all encrypted texts, page by page in the order of installation ids.
 *
 * Every method throws `retry_later` if the store does not respond in time.
 */
export interface SealedRows {
  /**
   * Counts the keys of the next rows after an id, or of the first; `lastId` is `null` when there are no more.
   *
   * It scans the rows: an index by key would cost at every refresh, and keys are rotated every few months.
   */
  countKeys(after: string | null): Promise<{ counts: KeyCounts; lastId: string | null }>;
  /** Returns those of the next rows that have texts of other keys than `keyId`, with only these texts. */
  findOthers(
    keyId: string,
    page: { after: string | null; limit: number },
  ): Promise<{ rows: SealedRow[]; lastId: string | null }>;
  /**
   * Replaces the texts of each row whose texts are still those that were read, and returns the ids of these
   * rows. Other rows are not changed. Versions, leases and dates are never changed.
   */
  replace(changes: readonly Replacement[]): Promise<ReadonlySet<string>>;
  /** Counts the keys of pending installations, which expire within ten minutes. */
  countPendingKeys(): Promise<KeyCounts>;
}
