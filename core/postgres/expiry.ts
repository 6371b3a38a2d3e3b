import type { Expiry } from "../ports/expiry.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { wipeNow } from "./grant-endings.ts";

/** Aurora DSQL changes at most 3,000 rows in a transaction. */
const BATCH_ROWS = 1_000;
/** The next run deletes the rest. */
const MAX_BATCHES = 200;

/**
 * Deletes expired rows and tokens, and finds idle refresh tokens in PostgreSQL.
 *
 * Consumed states are deleted two hours after they expire: a link that was opened in its last minute can
 * return after an hour on GitHub's install page and ten minutes on its consent page.
 */
export function createPostgresExpiry(database: Database): Expiry {
  return {
    async removeExpired() {
      const states = await inBatches(
        database,
        (sql) => sql`
          delete from consumed_states where id in (
            select id
            from consumed_states
            where expires_at < clock_timestamp() - interval '2 hours'
            order by expires_at
            limit ${BATCH_ROWS}
          )
        `,
      );
      const pending = await inBatches(
        database,
        (sql) => sql`
          delete from pending_installations where id in (
            select id
            from pending_installations
            where expires_at < clock_timestamp()
            order by expires_at
            limit ${BATCH_ROWS}
          )
        `,
      );
      return states + pending;
    },

    wipeTokens() {
      return inBatches(
        database,
        (sql) => sql`
          update installations set
            ${wipeNow(sql)},
            token_version = token_version + 1,
            updated_at = clock_timestamp()
          where id in (
              select id
              from installations
              where wipe_tokens_at <= clock_timestamp() and not is_active
              order by wipe_tokens_at
              limit ${BATCH_ROWS}
            )
            and wipe_tokens_at <= clock_timestamp()
        `,
      );
    },

    async findIdle({ kinds, idleDays, endsInDays, count }) {
      const rows = await database.run(
        (sql) => sql<{ id: string }[]>`
          select id
          from installations
          where has_refresh_token
            and is_active
            and kind in ${sql(kinds)}
            and (refresh_lease_until is null or refresh_lease_until < clock_timestamp())
            and (
              token_stored_at < clock_timestamp() - make_interval(days => ${idleDays})
              or refresh_token_expires_at < clock_timestamp() + make_interval(days => ${endsInDays})
            )
          order by token_stored_at
          limit ${count}
        `,
      );
      return rows.map(({ id }) => id);
    },
  };
}

/** Runs a statement until it changes less than a whole batch of rows. Returns how many it changed. */
async function inBatches(
  database: Database,
  statement: (sql: Sql) => Promise<{ readonly count: number }>,
): Promise<number> {
  let total = 0;
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const { count } = await database.run(statement);
    total += count;
    if (count < BATCH_ROWS) break;
  }
  return total;
}
