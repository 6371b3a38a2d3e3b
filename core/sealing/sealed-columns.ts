import type { Platform } from "../installation.ts";
import type { SealContext, Sealer } from "./sealer.ts";

/** The columns of `installations` that hold sealed text. */
export const SEALED_COLUMNS = [
  "access_token",
  "refresh_token",
  "previous_refresh_token",
  "webhook_secret",
] as const;
export type SealedColumn = (typeof SEALED_COLUMNS)[number];

/** The natural key of a row: no API can change it, and it is known before the row is. */
export interface RowKey {
  readonly platform: Platform;
  readonly organizationId: string;
}

/** Seals a value for its column and row; `null` stays `null`. */
export async function sealColumn<Value extends string | null>(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  value: Value,
): Promise<string | (Value & null)> {
  return value === null ? value : sealer.seal(contextOf(column, row), value);
}

/**
 * Opens what a column of a row holds.
 *
 * @throws {ServiceError} `decryption_failed`, also for a value that was moved from another column or row
 */
export function openColumn(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  sealed: string,
): Promise<string> {
  return sealer.open(contextOf(column, row), sealed);
}

function contextOf(column: SealedColumn, { platform, organizationId }: RowKey): SealContext {
  return {
    purpose: column === "webhook_secret" ? "webhook-secret" : "token",
    place: ["installations", column, platform, organizationId],
  };
}
