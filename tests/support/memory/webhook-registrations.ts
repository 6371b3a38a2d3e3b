import type {
  WebhookClaim,
  WebhookRegistrations,
} from "../../../core/ports/webhook-registrations.ts";
import type { Row } from "./installation-row.ts";
import type { Tables } from "./tables.ts";

/** Stores in memory which webhooks an installation has registered. */
export function createMemoryWebhookRegistrations({
  installations,
  now,
}: Tables): WebhookRegistrations {
  const toStored = ({ webhooks: { host, ids, retired } }: Row) => ({ host, ids, retired });

  function change(row: Row, changes: Partial<Row["webhooks"]>): void {
    installations.set(row.id, { ...row, webhooks: { ...row.webhooks, ...changes } });
  }

  function findClaimed({ installationId, version }: WebhookClaim): Row | undefined {
    const row = installations.get(installationId);
    return row?.webhooks.version === version ? row : undefined;
  }

  const isDue = ({ isActive, webhooks: { dueAt } }: Row) =>
    isActive && dueAt !== null && dueAt <= now();

  return {
    async claim(installationId, { seconds }) {
      const row = installations.get(installationId);
      if (!row || !isDue(row)) return undefined;
      const version = row.webhooks.version + 1;
      change(row, { version, dueAt: now() + seconds * 1000 });
      return { installationId, version, ...toStored(row) };
    },

    async store(claim, { dueInSeconds, ...registered }) {
      const row = findClaimed(claim);
      if (!row) return false;
      const dueAt = dueInSeconds === null ? null : now() + dueInSeconds * 1000;
      change(row, { ...registered, dueAt });
      for (const other of installations.values()) {
        const { host } = registered;
        if (host !== null && other.webhooks.host === host && other.id !== row.id) {
          change(other, { host: null, dueAt: now() });
        }
      }
      return true;
    },

    async postpone(claim, { seconds }) {
      const row = findClaimed(claim);
      if (row) change(row, { dueAt: now() + seconds * 1000 });
    },

    async find(installationId) {
      const row = installations.get(installationId);
      return row && toStored(row);
    },

    async expireOthers({ kind, configuration }, { hasTime = () => true } = {}) {
      if (!hasTime()) return 0;
      const others = [...installations.values()].filter((row) => {
        const { configuration: stored } = row.webhooks;
        return row.kind === kind && stored !== null && !["", configuration].includes(stored);
      });
      for (const row of others) {
        change(row, { configuration: "", dueAt: now(), version: row.webhooks.version + 1 });
      }
      return others.length;
    },

    async findDue({ kind, count }) {
      return [...installations.values()]
        .filter((row) => row.kind === kind && isDue(row))
        .sort((one, other) => (one.webhooks.dueAt ?? 0) - (other.webhooks.dueAt ?? 0))
        .slice(0, count)
        .map(({ id }) => id);
    },
  };
}
