import type postgres from "postgres";
import type { Platform } from "../installation.ts";
import type { StageFacts, TableRights } from "../ports/stage-facts.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { keyIdOf } from "./key-id.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** More than a stage receives in some minutes, and few enough to be read in one statement. */
const NEWEST_DELIVERIES = 10_000;

const NEWEST_SEALED = 1_000;

interface TrafficRow {
  readonly installedAt: Date | null;
  readonly heardAt: Date | null;
}

interface KeyRow {
  readonly key: string;
  readonly count: number;
}

/** Selects the key ids of the rows that still need the state key ring, the newest first. */
const STATE_KEY_IDS: readonly ((sql: Sql) => Fragment)[] = [
  (sql) => sql`
    select ${keyIdOf(sql, "intent")} as key
    from install_links
    where expires_at > now() and used_at is null and ended_at is null
    order by created_at desc
  `,
  (sql) => sql`
    select ${keyIdOf(sql, "intent")} as key
    from waiting_requests
    where expires_at > now() and installation_id is null
    order by expires_at desc
  `,
  (sql) => sql`select ${keyIdOf(sql, "event")} as key from outbox order by stored_at desc`,
];

/** Creates the facts of a stage in PostgreSQL. */
export function createPostgresStageFacts(database: Database): StageFacts {
  return {
    async readClock() {
      const [{ now }] = await database.run(
        (sql) => sql<[{ now: Date }]>`select clock_timestamp() as now`,
      );
      return now;
    },

    async listRights(tables) {
      return database.run((sql) => listRights(sql, tables));
    },

    async listTraffic(platforms) {
      return Promise.all(
        platforms.map(async (platform) => {
          const [row] = await database.run((sql) => readTraffic(sql, platform));
          return { platform, ...row };
        }),
      );
    },

    async countStateKeys() {
      const counts = new Map<string, number>();
      for (const keyIds of STATE_KEY_IDS) {
        for (const { key, count } of await database.run((sql) => countNewest(sql, keyIds(sql)))) {
          counts.set(key, (counts.get(key) ?? 0) + count);
        }
      }
      return counts;
    },
  };
}

function listRights(sql: Sql, tables: readonly string[]) {
  return sql<TableRights[]>`
    select
      relname::text as "table",
      has_table_privilege(oid, 'select')
        and has_table_privilege(oid, 'insert')
        and has_table_privilege(oid, 'update')
        and has_table_privilege(oid, 'delete') as "canUse",
      has_table_privilege(oid, 'references') as "canOwn"
    from pg_class
    where relname::text in ${sql(tables)} and pg_table_is_visible(oid)
    order by 1
  `;
}

function readTraffic(sql: Sql, platform: Platform) {
  return sql<[TrafficRow]>`
    select
      (
        select installed_at
        from installations
        where platform = ${platform} and is_active
        order by id desc
        limit 1
      ) as "installedAt",
      (
        select max(received_at)
        from (
          select platform, received_at
          from deliveries
          order by received_at desc
          limit ${NEWEST_DELIVERIES}
        ) as newest
        where platform = ${platform}
      ) as "heardAt"
  `;
}

function countNewest(sql: Sql, keyIds: Fragment) {
  return sql<KeyRow[]>`
    select key, count(*)::int as count
    from (
      ${keyIds}
      limit ${NEWEST_SEALED}
    ) as newest
    group by 1
  `;
}
