import type {
  ActivityDelivery,
  ActivityReader,
  ActivityTimes,
} from "../ports/installation-activity.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

/** Reads the activity of installations from PostgreSQL. */
export function createPostgresActivity(database: Database): ActivityReader {
  return {
    find(id, { limit }) {
      return database.run(async (sql) => {
        const times = await selectTimes(sql, id);
        return times && { times, deliveries: await selectDeliveries(sql, id, limit) };
      });
    },
  };
}

async function selectTimes(sql: Sql, id: string): Promise<ActivityTimes | undefined> {
  const [times] = await sql<[ActivityTimes?]>`
    select
      installed_at as "installedAt",
      installed_by as "installedBy",
      last_refreshed_at as "lastRefreshedAt",
      last_looked_up_at as "lastLookedUpAt",
      rejection_checked_at as "rejectionCheckedAt",
      inactive_reason as "inactiveReason",
      updated_at as "updatedAt"
    from installations
    where id = ${id}
  `;
  return times;
}

function selectDeliveries(sql: Sql, id: string, limit: number) {
  return sql<ActivityDelivery[]>`
    select
      id as "deliveryId",
      event,
      received_at as "receivedAt",
      done_at is not null as "isDone"
    from deliveries
    where installation_id = ${id}
    order by received_at desc nulls last
    limit ${limit}
  `;
}
