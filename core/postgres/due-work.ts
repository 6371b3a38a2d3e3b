import type { DueWorkFinder } from "../ports/due-work.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

interface DueRow {
  readonly work: "event" | "delivery" | "scan" | "refresh" | "end" | "webhooks";
  readonly id: string;
}

/** Finds the work of the schedule `tick` in PostgreSQL. */
export function createPostgresDueWork(database: Database): DueWorkFinder {
  return {
    async find(limits) {
      const rows = await database.run((sql) => selectDueWork(sql, limits));
      const idsOf = (work: DueRow["work"]) =>
        rows.filter((row) => row.work === work).map(({ id }) => id);
      return {
        hasDueEvents: idsOf("event").length > 0,
        hasDueDeliveries: idsOf("delivery").length > 0,
        isScanDue: idsOf("scan").length > 0,
        openRefreshes: idsOf("refresh"),
        endedGrants: idsOf("end"),
        webhooks: idsOf("webhooks"),
      };
    },
  };
}

/** Selects by indexes only. PostgreSQL uses none for a comparison with the volatile `clock_timestamp()`. */
export function selectDueWork(
  sql: Sql,
  { kinds, webhookKinds, count }: Parameters<DueWorkFinder["find"]>[0],
) {
  return sql<DueRow[]>`
    (
      select 'event' as work, id, next_try_at as since
      from pending_events
      where next_try_at <= now()
      order by next_try_at
      limit 1
    )
    union (
      select 'delivery', id, next_try_at
      from outbox
      where next_try_at <= now()
      order by next_try_at
      limit 1
    )
    union (
      select 'scan', platform, next_scan_at
      from delivery_scans
      where next_scan_at <= now()
    )
    union (
      select 'refresh', id, refresh_sent_at
      from installations
      where refresh_sent_at is not null
        and is_active
        and ${kinds.length > 0 ? sql`kind in ${sql(kinds)}` : sql`false`}
        and (refresh_lease_until is null or refresh_lease_until < now())
      order by refresh_sent_at
      limit ${count}
    )
    union (
      select 'end', id, grant_ends_at
      from installations
      where grant_ends_at < now() and is_active
      order by grant_ends_at
      limit ${count}
    )
    union (
      select 'webhooks', id, webhooks_due_at
      from installations
      where ${webhookKinds.length > 0 ? sql`kind in ${sql(webhookKinds)}` : sql`false`}
        and webhook_configuration = ''
        and webhooks_due_at <= now()
        and is_active
      order by webhooks_due_at
      limit ${count}
    )
    order by since
  `;
}
