import { isServiceError } from "../errors.ts";
import type {
  KeyCounts,
  Replacement,
  SealedRow,
  SealedRows,
  SealedTexts,
} from "../ports/sealed-rows.ts";
import { createKeyRing, type KeyRingDocument } from "../sealing/keyring.ts";
import { SEALED_COLUMNS, type SealedColumn } from "../sealing/sealed-column-names.ts";
import { openColumn, sealColumn } from "../sealing/sealed-columns.ts";
import { createSealer, type Sealed, type Sealer } from "../sealing/sealer.ts";

/** Rows per statement. They are locked for some milliseconds, for which a refresh may have to wait. */
const BATCH_ROWS = 100;
/** Another page is read only with this much time left. */
const MIN_TIME_MS = 10_000;

/** A range of rows, in the order of installation ids. */
export interface Range {
  /** The id to continue after; `null` to start. */
  readonly after: string | null;
  readonly remainingMs: () => number;
}

/** The number of stored texts that each key has encrypted. */
export interface KeyUse {
  readonly counts: KeyCounts;
  /** The id to continue after, or `null` at the end. */
  readonly lastId: string | null;
}

export interface ResealResult {
  /** How many installations were re-encrypted; in a dry run, how many would be. */
  readonly resealed: number;
  /** How many were changed by another process meanwhile. The next pass finds them again. */
  readonly changed: number;
  /** Ids of installations that cannot be decrypted. They are not changed. */
  readonly unreadable: readonly string[];
  /** The id to continue after, or `null` at the end. */
  readonly lastId: string | null;
}

/**
 * Re-encrypts every value that is not under the primary key, up to `limit` installations and as long as
 * there is time. It can be interrupted and repeated at any point: each batch is one statement.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function resealRows(
  rows: SealedRows,
  document: KeyRingDocument,
  { after, limit, dryRun, remainingMs }: Range & { limit: number; dryRun: boolean },
): Promise<ResealResult> {
  const ring = createKeyRing(document);
  const sealer = createSealer(async () => ring);
  const unreadable: string[] = [];
  let found = 0;
  let resealed = 0;
  let readable = 0;
  let lastId = after;
  do {
    const batch = Math.min(BATCH_ROWS, limit - found);
    const page = await rows.findOthers(ring.primary, { after: lastId, limit: batch });
    lastId = page.lastId;
    if (lastId === null) break;

    const changes: Replacement[] = [];
    for (const row of page.rows) {
      const texts = await resealTexts(sealer, row);
      if (texts) changes.push({ row, texts });
      else unreadable.push(row.installationId);
    }
    found += page.rows.length;
    readable += changes.length;
    resealed += dryRun ? changes.length : (await rows.replace(changes)).size;
  } while (found < limit && remainingMs() > MIN_TIME_MS);
  return { resealed, changed: readable - resealed, unreadable, lastId };
}

/**
 * Counts the stored texts that each key has encrypted, in as many rows as there is time for.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function countSealed(
  rows: SealedRows,
  { after, remainingMs }: Range,
): Promise<KeyUse> {
  const total = new Map(after === null ? await rows.countPendingKeys() : []);
  let lastId = after;
  do {
    const page = await rows.countKeys(lastId);
    for (const [key, count] of page.counts) total.set(key, (total.get(key) ?? 0) + count);
    lastId = page.lastId;
  } while (lastId !== null && remainingMs() > MIN_TIME_MS);
  return { counts: total, lastId };
}

/** Returns the texts, encrypted with the primary key, or `undefined` if one of them cannot be decrypted. */
async function resealTexts(sealer: Sealer, row: SealedRow): Promise<SealedTexts | undefined> {
  const texts: Partial<Record<SealedColumn, Sealed>> = {};
  try {
    for (const column of SEALED_COLUMNS) {
      const sealed = row.texts[column];
      if (sealed === undefined) continue;
      const opened = await openColumn(sealer, column, row, sealed);
      texts[column] = await sealColumn(sealer, column, row, opened);
    }
    return texts;
  } catch (error) {
    if (isServiceError(error, "decryption_failed")) return undefined;
    throw error;
  }
}
