import type postgres from "postgres";
import type { Sql } from "./connection.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Returns the permissions of the row `installations`; none if they are not known. */
export function permissionsColumn(sql: Sql) {
  return sql`coalesce(installations.permissions, '{}'::jsonb) as permissions`;
}

interface GrantedFilter {
  readonly grantedKeys: readonly string[];
  readonly isActive: boolean | undefined;
}

/**
 * Returns the source of the newest matching rows with one of some grants. It takes as many ids of each grant as a
 * page has, in the order that only the index of the grants has: the planner could else read all rows in the order
 * of their ids, to find the few. The active and the inactive ones are ranges of their own, so that neither are
 * read to find the others.
 */
export function fromGranted(
  sql: Sql,
  { grantedKeys, isActive }: GrantedFilter,
  matching: Fragment,
  limit: number,
) {
  const ranges = grantedKeys.flatMap((key) =>
    (isActive === undefined ? [true, false] : [isActive]).map((active) => ({ key, active })),
  );
  // No parameter: with one, PostgreSQL would plan the statement at each request, which takes longer than to run it.
  const count = sql.unsafe(limit.toFixed(0));
  return sql`
    (
      select newest.id
      from jsonb_to_recordset(${sql.json(ranges)}) as ranges (key text, active boolean)
      cross join lateral (
        select id
        from installations
        where granted_key = ranges.key and is_active = ranges.active and ${matching}
        order by id desc nulls last
        limit ${count}
      ) as newest
      order by newest.id desc
      limit ${count}
    ) as page
    join installations on installations.id = page.id
  `;
}
