import * as v from "valibot";
import { type InstallationCounts, StateCount } from "../ports/installation-counts.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

const StoredCounts = v.array(StateCount);

/** The states that are counted, with those that are counted by a total less the others. */
interface CountRow {
  readonly platform: string;
  readonly state: string;
  readonly count: number;
}

/** Keeps the number of installations by state in PostgreSQL. */
export function createPostgresInstallationCounts(database: Database): InstallationCounts {
  return {
    async find() {
      const [row] = await database.run(
        (sql) => sql<[{ readonly counts: unknown; readonly countedAt: Date }?]>`
          select counts, counted_at as "countedAt"
          from installation_counts
          where id = 'installations'
        `,
      );
      return row && { counts: v.parse(StoredCounts, row.counts), countedAt: row.countedAt };
    },

    async count() {
      const rows = await database.run(selectCounts);
      await database.run((sql) => storeCounts(sql, toStates(rows)));
    },
  };
}

/** Counts by indexes, which have the platform: the rows are wide. */
function selectCounts(sql: Sql) {
  return sql<CountRow[]>`
    select platform, 'all' as state, count(*)::float8 as count
    from installations
    group by platform
    union
    select platform, inactive_reason, count(*)::float8
    from installations
    where inactive_reason is not null
    group by platform, inactive_reason
    union
    select platform, 'has_error', count(*)::float8
    from installations
    where last_refresh_error is not null
    group by platform
  `;
}

function toStates(rows: readonly CountRow[]): readonly CountRow[] {
  const counted = rows.filter(({ state }) => state !== "all");
  const active = rows
    .filter(({ state }) => state === "all")
    .map(({ platform, count }) => {
      const inactive = counted
        .filter((row) => row.platform === platform && row.state !== "has_error")
        .reduce((total, row) => total + row.count, 0);
      return { platform, state: "active", count: count - inactive };
    });
  return [...active, ...counted].filter(({ count }) => count > 0);
}

function storeCounts(sql: Sql, counts: readonly CountRow[]) {
  return sql`
    insert into installation_counts (id, counts, counted_at)
    values ('installations', ${sql.json(counts.map((row) => ({ ...row })))}, clock_timestamp())
    on conflict (id) do update set
      counts = excluded.counts,
      counted_at = excluded.counted_at
  `;
}
