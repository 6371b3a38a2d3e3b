import type { InstallationRecord, InstallationTransfer } from "../ports/installation-transfer.ts";

/** Rows per statement: at most some 3.5 MB. */
const ROWS_PER_READ = 100;

export interface ExportResult {
  /** One line per installation. */
  readonly lines: readonly string[];
  /** Ids of installations whose tokens or secrets cannot be decrypted. They are not exported. */
  readonly unreadable: readonly string[];
  /** The id to continue after, or `null` if there are no more. */
  readonly lastId: string | null;
}

/**
 * Returns the installations after an id as lines of text, oldest first: as many as fit, and at least one
 * if there is one.
 *
 * @throws {ServiceError} `retry_later`
 */
export async function exportInstallations(
  { transfer }: { transfer: InstallationTransfer },
  {
    after,
    maxRows,
    maxBytes,
    toLine,
  }: {
    after: string | undefined;
    maxRows: number;
    maxBytes: number;
    toLine: (record: InstallationRecord) => string;
  },
): Promise<ExportResult> {
  const lines: string[] = [];
  const unreadable: string[] = [];
  let bytes = 0;
  let lastId = after;
  for (let left = maxRows; left > 0; left -= ROWS_PER_READ) {
    const limit = Math.min(ROWS_PER_READ, left);
    const { rows, hasMore } = await transfer.exportPage({ after: lastId, limit });
    for (const { id, record } of rows) {
      const line = record && toLine(record);
      bytes += line === undefined ? 0 : Buffer.byteLength(line) + 1;
      const isFull = bytes > maxBytes && lines.length > 0;
      if (isFull) return { lines, unreadable, lastId: lastId ?? null };
      if (line === undefined) unreadable.push(id);
      else lines.push(line);
      lastId = id;
    }
    if (!hasMore) return { lines, unreadable, lastId: null };
  }
  return { lines, unreadable, lastId: lastId ?? null };
}
