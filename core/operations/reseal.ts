import { isServiceError } from "../errors.ts";
import type {
  KeyCounts,
  Replacement,
  SealedRow,
  SealedRows,
  SealedTexts,
} from "../ports/sealed-rows.ts";
import { createKeyRing, type KeyRingDocument } from "../sealing/keyring.ts";
import {
  openColumn,
  SEALED_COLUMNS,
  type SealedColumn,
  sealColumn,
} from "../sealing/sealed-columns.ts";
import { createSealer, type Sealed, type Sealer } from "../sealing/sealer.ts";

/** So many rows are locked together, for some milliseconds: a refresh may have to wait for them. */
const BATCH_ROWS = 100;
/** One more page is only read with time to finish it. */
const MIN_TIME_MS = 10_000;

/** Rows in the order of their installations' ids. */
export interface Range {
  /** The id after which to go on; `null` at the beginning. */
  readonly after: string | null;
  readonly remainingMs: () => number;
}

/** How many stored texts each key has sealed. */
export interface KeyUse {
  readonly counts: KeyCounts;
  /** Where to go on, or `null` at the end. */
  readonly lastId: string | null;
}

export interface ResealResult {
  /** Installations with nothing under another key any more; in a dry run, those that would be. */
  readonly resealed: number;
  /** They were written meanwhile: they stay as they are for now, and the next pass finds them again. */
  readonly changed: number;
  /** Ids of installations that do not open: they stay as they are. */
  readonly unreadable: readonly string[];
  /** Where to go on, or `null` at the end. */
  readonly lastId: string | null;
}

/**
 * Seals what is stored under another key than the primary anew, up to `limit` installations and as far as
 * there is time. It may be stopped anywhere, and started again anywhere: each batch is one statement.
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

/** How many stored texts each key has sealed, in as many rows as there is time for. */
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

/** The same texts under the primary key, or `undefined` when one of them does not open. */
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
