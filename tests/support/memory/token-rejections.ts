import { randomUUID } from "node:crypto";
import type { TokenRejections } from "../../../core/ports/token-rejections.ts";
import { store, type Tables } from "./tables.ts";

/** Stores in the row of an installation who checks its token. */
export function createMemoryTokenRejections(tables: Tables): TokenRejections {
  const { installations, now } = tables;
  const isPast = (at: number | null, seconds: number) =>
    at === null || at <= now() - seconds * 1000;

  return {
    async find({ installationId, tokenVersion }) {
      const row = installations.get(installationId);
      if (!row?.isActive || row.tokenVersion !== tokenVersion) return undefined;
      const { rejectionCheckedAt: at, rejectionCheckedBy, falseReports } = row;
      return {
        checkedSecondsAgo: at === null ? null : (now() - at) / 1000,
        isOpen: rejectionCheckedBy !== null,
        falseReports,
      };
    },

    async take({ installationId, tokenVersion }, { falseReports, intervalSeconds }) {
      const row = installations.get(installationId);
      if (!row?.isActive || row.tokenVersion !== tokenVersion) return undefined;
      const isDue = isPast(row.rejectionCheckedAt, intervalSeconds);
      if (row.falseReports !== falseReports || !isDue) return undefined;
      const owner = randomUUID();
      store(tables, { ...row, rejectionCheckedAt: now(), rejectionCheckedBy: owner });
      return { installationId, owner };
    },

    async settle({ installationId, owner }, falseReports) {
      const row = installations.get(installationId);
      if (row?.rejectionCheckedBy !== owner) return;
      store(tables, { ...row, rejectionCheckedBy: null, falseReports });
    },
  };
}
