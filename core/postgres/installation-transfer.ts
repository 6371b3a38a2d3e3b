import { isServiceError, ServiceError } from "../errors.ts";
import { grantedKey } from "../grants/granted-key.ts";
import { createInstallationId, createWebhookSecret } from "../installation.ts";
import {
  type ImportConflict,
  type ImportedInstallation,
  type InstallationRecord,
  type InstallationTransfer,
  isAsImported,
} from "../ports/installation-transfer.ts";
import {
  openColumn,
  openNullable,
  sealColumn,
  sealNullable,
  sealRegistration,
} from "../sealing/sealed-columns.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { DEFAULT_CUSTOMER_KEY, type SearchOptions, searchKeysOf } from "../search-keys.ts";
import { type Database, isUniqueViolation } from "./client.ts";
import type { Sql } from "./connection.ts";
import type { Retention } from "./grant-endings.ts";
import {
  insertAll,
  type SealedImport,
  type SealedRecord,
  selectAfter,
  selectConflicting,
} from "./installation-transfer-statements.ts";

/** Longer than for other statements: an import has up to a thousand rows. */
const BUDGET_MS = 6_000;
/** An attempt fails if another caller stores one of the rows at the same time. */
const ATTEMPTS = 3;

/** The rows of an import that are not stored yet, and those that conflict with a stored one. */
interface Comparison {
  readonly missing: readonly ImportedInstallation[];
  readonly conflicts: readonly ImportConflict[];
}

/** Imports installations into PostgreSQL and exports them, and encrypts and decrypts their tokens. */
export function createPostgresInstallationTransfer(
  database: Database,
  sealer: Sealer,
  { customerKey = DEFAULT_CUSTOMER_KEY, ...retention }: Retention & SearchOptions,
): InstallationTransfer {
  const run = <Result>(work: (sql: Sql) => Promise<Result>) =>
    database.run(work, { budgetMs: BUDGET_MS });

  async function compare(installations: readonly ImportedInstallation[]): Promise<Comparison> {
    const sealed = await run((sql) => selectConflicting(sql, installations));
    const stored = await Promise.all(sealed.map((row) => openRow(sealer, row)));
    const missing: ImportedInstallation[] = [];
    const conflicts: ImportConflict[] = [];
    for (const [index, installation] of installations.entries()) {
      const matching = stored.filter(({ row }) => hasSameKey(row, installation));
      const [different] = matching.filter(
        ({ record }) => !(record && isAsImported(record, installation)),
      );
      if (different) conflicts.push({ index, installationId: different.row.id });
      if (matching.length === 0) missing.push(installation);
    }
    return { missing, conflicts };
  }

  return {
    async importAll(installations, { dryRun }) {
      for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
        const { missing, conflicts } = await compare(installations);
        if (conflicts.length > 0) return { created: 0, unchanged: 0, conflicts };
        const rows = await Promise.all(missing.map((row) => sealRow(sealer, row, customerKey)));
        const outcome = {
          created: missing.length,
          unchanged: installations.length - missing.length,
          conflicts: [],
        };
        if (dryRun || rows.length === 0) return outcome;
        try {
          await run((sql) => insertAll(sql, rows, retention));
          return outcome;
        } catch (error) {
          // Another caller stored a row first, or the reply to a first attempt was lost.
          if (!isUniqueViolation(error)) throw error;
        }
      }
      throw new ServiceError(
        "retry_later",
        "The same installations are being imported by another caller. Retry later.",
      );
    },

    async exportPage({ after, limit }) {
      const sealed = await run((sql) => selectAfter(sql, after, limit + 1));
      const rows = await Promise.all(sealed.slice(0, limit).map((row) => openRow(sealer, row)));
      return {
        rows: rows.map(({ row, record }) => ({ id: row.id, record })),
        hasMore: sealed.length > limit,
      };
    },
  };
}

function hasSameKey(row: SealedRecord, { id, platform, organizationId }: ImportedInstallation) {
  return row.id === id || (row.platform === platform && row.organizationId === organizationId);
}

/** Decrypts a row; `record` is `undefined` if its tokens or secrets cannot be decrypted. */
async function openRow(
  sealer: Sealer,
  row: SealedRecord,
): Promise<{ row: SealedRecord; record: InstallationRecord | undefined }> {
  const { registration, ...fields } = row;
  try {
    await openColumn(sealer, "registration", row, registration);
    const record = {
      ...fields,
      accessToken: await openNullable(sealer, "access_token", row, row.accessToken),
      refreshToken: await openNullable(sealer, "refresh_token", row, row.refreshToken),
      webhookSecret: await openColumn(sealer, "webhook_secret", row, row.webhookSecret),
    };
    return { row, record };
  } catch (error) {
    if (isServiceError(error, "decryption_failed")) return { row, record: undefined };
    throw error;
  }
}

async function sealRow(
  sealer: Sealer,
  row: ImportedInstallation,
  customerKey: string,
): Promise<SealedImport> {
  const webhookSecret = row.webhookSecret ?? createWebhookSecret();
  return {
    ...row,
    id: row.id ?? createInstallationId(),
    grantedKey: grantedKey(row),
    ...searchKeysOf(row, customerKey),
    registration: await sealRegistration(sealer, row),
    accessToken: await sealNullable(sealer, "access_token", row, row.accessToken),
    refreshToken: await sealNullable(sealer, "refresh_token", row, row.refreshToken),
    webhookSecret: await sealColumn(sealer, "webhook_secret", row, webhookSecret),
  };
}
