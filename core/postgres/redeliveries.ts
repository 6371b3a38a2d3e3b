import {
  type FailedDelivery,
  MAX_REDELIVERIES,
  REDELIVERY_DAYS,
  type Redeliveries,
} from "../ports/redeliveries.ts";
import { type Database, transaction } from "./client.ts";

/** Stores GitHub's deliveries that failed in PostgreSQL. */
export function createPostgresRedeliveries(database: Database): Redeliveries {
  return {
    async takeScan({ retrySeconds }) {
      const [taken] = await database.run(
        (sql) => sql<[{ readonly scannedTo: Date | null }?]>`
          insert into delivery_scans (platform, next_scan_at)
          values ('github', clock_timestamp() + make_interval(secs => ${retrySeconds}))
          on conflict (platform) do update set next_scan_at = excluded.next_scan_at
          where delivery_scans.next_scan_at <= clock_timestamp()
          returning scanned_to as "scannedTo"
        `,
      );
      return taken;
    },

    async store({ failed, succeeded, scannedTo }) {
      await database.run((sql) =>
        transaction(sql, async (sql) => {
          for (const { guid, id } of failed) {
            await sql`
              insert into redeliveries (guid, attempt_id, failed_at, next_try_at)
              values (${guid}, ${id}, clock_timestamp(), clock_timestamp())
              on conflict (guid) do update set attempt_id = excluded.attempt_id
            `;
          }
          if (succeeded.length > 0) {
            await sql`delete from redeliveries where guid in ${sql(succeeded)}`;
          }
          await sql`
            insert into delivery_scans (platform, next_scan_at, scanned_to)
            values ('github', clock_timestamp(), ${scannedTo})
            on conflict (platform) do update set scanned_to = excluded.scanned_to
          `;
        }),
      );
    },

    async takeDue({ count }) {
      return database.run(
        (sql) => sql<FailedDelivery[]>`
          update redeliveries set
            requests = requests + 1,
            next_try_at = clock_timestamp() + case
              when requests = 0 then make_interval(mins => 4)
              when requests = 1 then make_interval(mins => 20)
              when requests = 2 then make_interval(hours => 2)
              else make_interval(hours => 12)
            end
          where guid in (
              select guid
              from redeliveries
              where next_try_at <= now()
                and requests < ${MAX_REDELIVERIES}
                and failed_at > now() - make_interval(days => ${REDELIVERY_DAYS})
                and not exists (
                  select 1
                  from deliveries
                  where deliveries.id = 'github:' || redeliveries.guid
                    and deliveries.done_at is not null
                )
              order by next_try_at
              limit ${count}
            )
            and next_try_at <= clock_timestamp()
          returning guid, attempt_id as id
        `,
      );
    },
  };
}
