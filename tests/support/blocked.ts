import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";

/** Waits until a statement on the same database waits for a lock. */
export async function untilBlocked(sql: postgres.Sql): Promise<void> {
  for (;;) {
    const blocked = await sql`
      select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
    `;
    if (blocked.count > 0) return;
    await sleep(5);
  }
}
