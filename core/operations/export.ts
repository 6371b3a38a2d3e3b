import type { InstallationRecord, InstallationTransfer } from "../ports/installation-transfer.ts";

/** Read at a time: of the largest rows, some 3.5 MB. */
const ROWS_A_READ = 100;

export interface ExportResult {
  /** One line for each installation. */
  readonly lines: readonly string[];
  /** Installations whose secrets do not open: they stay behind. */
  readonly unreadable: readonly string[];
  /** Where to go on, or `null` when there are no more. */
  readonly lastId: string | null;
}

/**
 * The installations after an id, oldest first, as lines of text: as many as fit, and at least one if there
 * is one.
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
  for (let left = maxRows; left > 0; left -= ROWS_A_READ) {
    const limit = Math.min(ROWS_A_READ, left);
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
