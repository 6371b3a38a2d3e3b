import { isDeepStrictEqual } from "node:util";
import type { InactiveReason, InstallationCreate } from "../installation.ts";

/** An installation with all that moves with it; secrets are in the clear here. */
export interface InstallationRecord extends InstallationCreate {
  readonly id: string;
  readonly inactiveReason: InactiveReason | null;
  readonly installedAt: Date;
  /** When its tokens were issued or stored: how long they have not been used is counted from here. */
  readonly tokenStoredAt: Date;
}

/** An installation to import: what is `undefined` is chosen as for a new one. */
export type ImportedInstallation = {
  readonly [Field in keyof InstallationRecord]:
    | InstallationRecord[Field]
    | (Field extends "id" | "webhookSecret" | "installedAt" | "tokenStoredAt" ? undefined : never);
};

/** One installation of an import that another one here stands in the way of. */
export interface ImportConflict {
  /** Its place in the import, from 0. */
  readonly index: number;
  /** Whose id, or whose organization, it has. */
  readonly installationId: string;
}

export interface ImportOutcome {
  readonly created: number;
  /** How many were stored already, just as they are in the import. */
  readonly unchanged: number;
  /** When there are any, nothing was stored. */
  readonly conflicts: readonly ImportConflict[];
}

/** An installation as it is exported. */
interface ExportedRow {
  readonly id: string;
  /** `undefined` when its secrets do not open: it stays behind. */
  readonly record: InstallationRecord | undefined;
}

interface ExportPage {
  readonly rows: readonly ExportedRow[];
  /** Whether there are installations after the last of `rows`. */
  readonly hasMore: boolean;
}

/**
 * The port that moves installations in and out, tokens and secrets included. Only the functions `import`
 * and `export` have it. All throw `retry_later` when the store does not answer in time.
 */
export interface InstallationTransfer {
  /**
   * Stores all of them or none, in one atomic step; with `dryRun` none, but all is checked. No two of
   * them have the same id or the same organization on a platform.
   *
   * It may be called again after a lost reply: what is stored already exactly so is no conflict.
   */
  importAll(
    installations: readonly ImportedInstallation[],
    options: { dryRun: boolean },
  ): Promise<ImportOutcome>;
  /** Some installations, oldest first, whose ids come after `after`. */
  exportPage(request: { after: string | undefined; limit: number }): Promise<ExportPage>;
}

/** Whether a stored installation has all that an import says of it. */
export function isAsImported(stored: InstallationRecord, imported: ImportedInstallation): boolean {
  const said = Object.entries(imported).filter(([, value]) => value !== undefined);
  const fields = new Map<string, unknown>(Object.entries(stored));
  return said.every(([field, value]) => isDeepStrictEqual(fields.get(field), value));
}
