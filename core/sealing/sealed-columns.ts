import type { Platform } from "../installation.ts";
import type { SealContext, Sealed, Sealer } from "./sealer.ts";

/** The columns of `installations` that contain encrypted text. */
export const SEALED_COLUMNS = [
  "access_token",
  "refresh_token",
  "previous_refresh_token",
  "webhook_secret",
] as const;
export type SealedColumn = (typeof SEALED_COLUMNS)[number];

/** The fields of these columns. */
type SealedField = "accessToken" | "refreshToken" | "previousRefreshToken" | "webhookSecret";

/** The same fields as they are stored: with their tokens and secrets encrypted. */
export type WithSealed<Fields> = {
  [Field in keyof Fields]: Field extends SealedField ? SealedValue<Fields[Field]> : Fields[Field];
};

type SealedValue<Value> = Value extends string ? Sealed : Value;

/** The natural key of a row: it never changes, and it is known before the row is stored. */
export interface RowKey {
  readonly platform: Platform;
  readonly organizationId: string;
}

/** Encrypts a value for its column and row. */
export function sealColumn(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  value: string,
): Promise<Sealed> {
  return sealer.seal(contextOf(column, row), value);
}

/** Encrypts a value that may be `null`. */
export async function sealNullable(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  value: string | null,
): Promise<Sealed | null> {
  return value === null ? null : sealColumn(sealer, column, row, value);
}

/**
 * Decrypts the value of a column.
 *
 * @throws {ServiceError} `decryption_failed`, also if the value was moved from another column or row
 */
export function openColumn(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  sealed: string,
): Promise<string> {
  return sealer.open(contextOf(column, row), sealed);
}

/**
 * Decrypts the value of a column that may be `null`.
 *
 * @throws {ServiceError} `decryption_failed`
 */
export async function openNullable(
  sealer: Sealer,
  column: SealedColumn,
  row: RowKey,
  sealed: string | null,
): Promise<string | null> {
  return sealed === null ? null : openColumn(sealer, column, row, sealed);
}

function contextOf(column: SealedColumn, { platform, organizationId }: RowKey): SealContext {
  return {
    purpose: column === "webhook_secret" ? "webhook-secret" : "token",
    binding: ["installations", column, platform, organizationId],
  };
}
