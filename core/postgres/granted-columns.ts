import type postgres from "postgres";
import type { GrantedSet } from "../ports/installation-repository.ts";
import type { Sql } from "./connection.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** How many distinct grants one statement finds. */
const CHAIN = 16;

/** Returns the permissions of the row `installations`; none if they are not known. */
export function permissionsColumn(sql: Sql) {
  return sql`coalesce(installations.permissions, '{}'::jsonb) as permissions`;
}

/**
 * Returns the next distinct grants, each by one of its installations. Each is one step in the index of the grants:
 * `select distinct` reads all of it.
 */
export function selectGrants(sql: Sql, after: string) {
  let chain = sql`
    with grant_0 as (
      select id, granted_key
      from installations
      where granted_key > ${after}
      order by granted_key
      limit 1
    )
  `;
  let ids = sql`select id from grant_0`;
  for (let step = 1; step < CHAIN; step += 1) {
    const previous = sql(`grant_${step - 1}`);
    const name = sql(`grant_${step}`);
    chain = sql`
      ${chain},
      ${name} as (
        select following.id, following.granted_key
        from ${previous} as previous
        cross join lateral (
          select id, granted_key
          from installations
          where granted_key > previous.granted_key
          order by granted_key
          limit 1
        ) as following
      )
    `;
    ids = sql`${ids} union select id from ${name}`;
  }
  return sql<GrantedSet[]>`
    ${chain}
    select
      granted_key as key,
      platform,
      kind,
      client_id as "clientId",
      scopes,
      ${permissionsColumn(sql)}
    from installations
    where id in (${ids})
    order by granted_key
  `;
}

/** Returns all distinct grants. */
export async function selectAllGrants(sql: Sql): Promise<readonly GrantedSet[]> {
  const found: GrantedSet[] = [];
  for (;;) {
    const next = await selectGrants(sql, found.at(-1)?.key ?? "");
    found.push(...next);
    if (next.length < CHAIN) return found;
  }
}

/**
 * Returns whether the grants of some active installations are not known. A grant has no key before the sweep has
 * stored it, and an empty one if it is not known.
 */
export async function selectHasUnknown(sql: Sql): Promise<boolean> {
  const [row] = await sql<[{ readonly hasUnknown: boolean }]>`
    select (
      exists (select 1 from installations where granted_key = '' and is_active)
      or exists (select 1 from installations where granted_key is null and is_active)
    ) as "hasUnknown"
  `;
  return row.hasUnknown;
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
