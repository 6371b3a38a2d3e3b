import { DEFAULT_APP, type InstallationKind, type Platform } from "../installation.ts";
import type { SealedColumn } from "./sealed-column-names.ts";
import type { SealContext, Sealed, Sealer } from "./sealer.ts";

/** The fields of the columns with encrypted text. */
type SealedField =
  | "registration"
  | "accessToken"
  | "refreshToken"
  | "previousRefreshToken"
  | "webhookSecret";

/** The same fields as they are stored: with their tokens and secrets encrypted. */
export type WithSealed<Fields> = {
  [Field in keyof Fields]: Field extends SealedField ? SealedValue<Fields[Field]> : Fields[Field];
};

type SealedValue<Value> = Value extends string ? Sealed : Value;

/** The natural key of a row. It never changes, and it is known before the row is stored. */
export interface OrganizationKey {
  readonly platform: Platform;
  readonly organizationId: string;
}

/** The fields that tokens are bound to: the organization, and the registration that they were issued for. */
export interface RowKey extends OrganizationKey {
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  readonly clientId: string;
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
 * Returns the value of the column `registration`. It encrypts nothing: it proves that the fields of its row
 * that decide whose tokens are used are those that were stored with it.
 */
export function sealRegistration(sealer: Sealer, row: RowKey): Promise<Sealed> {
  return sealColumn(sealer, "registration", row, "");
}

/**
 * Decrypts the value of a column.
 *
 * @throws {ServiceError} `decryption_failed`, also if the value was moved from another column or row, or if
 * the registration of its row was changed
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

/**
 * Decrypts a webhook secret, which stays the same when the organization installs the bot again with another
 * registration.
 *
 * @throws {ServiceError} `decryption_failed`
 */
export function openWebhookSecret(
  sealer: Sealer,
  row: OrganizationKey,
  sealed: string,
): Promise<string> {
  return sealer.open(secretContext(row), sealed);
}

function contextOf(column: SealedColumn, row: RowKey): SealContext {
  if (column === "webhook_secret") return secretContext(row);
  const { platform, organizationId, kind, providerInstallationId, clientId } = row;
  return {
    purpose: "token",
    organization: organizationOf(row),
    binding: [
      "installations",
      column,
      DEFAULT_APP,
      platform,
      organizationId,
      kind,
      providerInstallationId ?? "",
      clientId,
    ],
  };
}

function secretContext(row: OrganizationKey): SealContext {
  return {
    purpose: "webhook-secret",
    organization: organizationOf(row),
    binding: ["installations", "webhook_secret", DEFAULT_APP, row.platform, row.organizationId],
  };
}

function organizationOf({ platform, organizationId }: OrganizationKey): string {
  return `${DEFAULT_APP}/${platform}/${organizationId}`;
}
