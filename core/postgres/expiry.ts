import type { Expiry } from "../ports/expiry.ts";
import type { Database } from "./client.ts";

/**
 * Deletes expired rows and finds idle refresh tokens in PostgreSQL.
 *
 * Consumed states are deleted two hours after they expire: a link that was opened in its last minute can
 * return after an hour on GitHub's install page and ten minutes on its consent page.
 */
export function createPostgresExpiry(database: Database): Expiry {
  return {
    async removeExpired() {
      const states = await database.run(
        (sql) => sql`
          delete from consumed_states where expires_at < clock_timestamp() - interval '2 hours'
        `,
      );
      const pending = await database.run(
        (sql) => sql`
          delete from pending_installations where expires_at < clock_timestamp()
        `,
      );
      return states.count + pending.count;
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
