import { isDeepStrictEqual } from "node:util";
import type { InactiveReason, InstallationCreate } from "../installation.ts";

/** An installation as it is exported, with its tokens and secrets as plain text. */
export interface InstallationRecord extends InstallationCreate {
  readonly id: string;
  readonly inactiveReason: InactiveReason | null;
  readonly installedAt: Date;
  /** When its tokens were issued or stored. The time that they are unused is counted from here. */
  readonly tokenStoredAt: Date;
}

/** An installation to import. An `undefined` field is set as for a new installation. */
export type ImportedInstallation = {
  readonly [Field in keyof InstallationRecord]:
    | InstallationRecord[Field]
    | (Field extends "id" | "webhookSecret" | "installedAt" | "tokenStoredAt" ? undefined : never);
};

/** An installation of an import that conflicts with a stored installation. */
export interface ImportConflict {
  /** Its index in the import. */
  readonly index: number;
  /** The stored installation with the same id or the same organization. */
  readonly installationId: string;
}

export interface TransferResult {
  readonly created: number;
  /** How many were already stored with the same fields. */
  readonly unchanged: number;
  /** If there are any, nothing was stored. */
  readonly conflicts: readonly ImportConflict[];
}

/** A row of an export. */
interface ExportedRow {
  readonly id: string;
  /** `undefined` if its tokens or secrets cannot be decrypted: it is not exported. */
  readonly record: InstallationRecord | undefined;
}

interface ExportPage {
  readonly rows: readonly ExportedRow[];
  /** Whether there are installations after the last of `rows`. */
  readonly hasMore: boolean;
}

/**
 * The port that imports and exports installations with their tokens and secrets. Only the functions
 * `import` and `export` use it. Every method throws `retry_later` if the store does not respond in time.
 */
export interface InstallationTransfer {
  /**
   * Stores all installations or none, in one atomic step; with `dryRun`, only checks for conflicts. No two
   * of them may have the same id, or the same organization and platform.
   *
   * It can be repeated after a lost reply: an installation that is stored with the same fields does not
   * conflict.
   */
  importAll(
    installations: readonly ImportedInstallation[],
    options: { dryRun: boolean },
  ): Promise<TransferResult>;
  /** Returns installations with ids after `after`, oldest first, but for those that no owner has connected. */
  exportPage(request: { after: string | undefined; limit: number }): Promise<ExportPage>;
}

/** Returns whether a stored installation has the same fields as an imported one. */
export function isAsImported(stored: InstallationRecord, imported: ImportedInstallation): boolean {
  const given = Object.entries(imported).filter(([, value]) => value !== undefined);
  const fields = new Map<string, unknown>(Object.entries(stored));
  return given.every(([field, value]) => isDeepStrictEqual(fields.get(field), value));
}
