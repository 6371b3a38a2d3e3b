import {
  type InstallationTransfer,
  isAsImported,
} from "../../../core/ports/installation-transfer.ts";
import { registrationOf, toRecord } from "./installation-row.ts";
import { toImportedRow } from "./row-changes.ts";
import { findRow, store, type Tables } from "./tables.ts";

/** Imports and exports installations in memory. */
export function createMemoryInstallationTransfer(tables: Tables): InstallationTransfer {
  const { installations: rows } = tables;

  return {
    async importAll(installations, { dryRun }) {
      const compared = installations.map((installation, index) => {
        const { id, platform, organizationId } = installation;
        const byId = id === undefined ? undefined : rows.get(id);
        return { installation, index, row: findRow(tables, { platform, organizationId }) ?? byId };
      });
      const conflicts = compared.flatMap(({ installation, index, row }) =>
        !row || isAsImported(toRecord(row), installation)
          ? []
          : [{ index, installationId: row.id }],
      );
      if (conflicts.length > 0) return { created: 0, unchanged: 0, conflicts };
      const missing = compared.filter(({ row }) => !row);
      if (!dryRun) {
        for (const { installation } of missing) store(tables, toImportedRow(installation, tables));
      }
      const created = missing.length;
      return { created, unchanged: installations.length - created, conflicts };
    },

    async exportPage({ after, limit }) {
      const later = [...rows.values()]
        .filter((row) => row.inactiveReason !== "unclaimed")
        .filter((row) => after === undefined || row.id > after)
        .sort((one, other) => (one.id < other.id ? -1 : 1))
        .map((row) => {
          const isReadable = row.registration === registrationOf(row);
          return { id: row.id, record: isReadable ? toRecord(row) : undefined };
        });
      return { rows: later.slice(0, limit), hasMore: later.length > limit };
    },
  };
}
