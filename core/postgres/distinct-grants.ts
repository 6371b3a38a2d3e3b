import type { GrantedSet, KnownGrants } from "../ports/installation-repository.ts";
import type { Sql } from "./connection.ts";

/** How many distinct grants one statement finds; there are few. */
const CHAIN = 16;

/**
 * The ids of the next distinct grants, each of one of its installations. Each is one step in the index of the grants:
 * `select distinct` reads all of it.
 */
const STEPS = Array.from(
  { length: CHAIN - 1 },
  (_, step) => `
  grant_${step + 1} as (
    select following.id, following.granted_key
    from grant_${step} as previous
    cross join lateral (
      select id, granted_key
      from installations
      where granted_key > previous.granted_key
      order by granted_key
      limit 1
    ) as following
  )`,
);

/** A grant has no key before the sweep has stored it, and an empty one if it is not known. */
const HAS_UNKNOWN = `(
  exists (select 1 from installations where granted_key = '' and is_active)
  or exists (select 1 from installations where granted_key is null and is_active)
) as "hasUnknown"`;

/** Selects the next distinct grants. Constant: building it at each request took as long as to run it. */
export const SELECT_GRANTS = `
  with grant_0 as (
    select id, granted_key from installations where granted_key > $1 order by granted_key limit 1
  ),${STEPS}
  select
    granted_key as key,
    platform,
    kind,
    client_id as "clientId",
    scopes,
    coalesce(permissions, '{}'::jsonb) as permissions,
    ${HAS_UNKNOWN}
  from installations
  where id in (
    ${Array.from({ length: CHAIN }, (_, step) => `select id from grant_${step}`).join(" union ")}
  )
  order by granted_key
`;

interface GrantRow extends GrantedSet {
  readonly hasUnknown: boolean;
}

/** Returns all distinct grants, and whether the grants of some active installations are not known. */
export async function selectAllGrants(sql: Sql): Promise<KnownGrants> {
  const grants: GrantRow[] = [];
  for (;;) {
    const after = grants.at(-1)?.key ?? "";
    const next = await sql.unsafe<GrantRow[]>(SELECT_GRANTS, [after], { prepare: true });
    grants.push(...next);
    if (next.length < CHAIN) break;
  }
  const hasUnknown = grants[0]?.hasUnknown ?? (await selectHasUnknown(sql));
  return { grants, hasUnknown };
}

async function selectHasUnknown(sql: Sql): Promise<boolean> {
  const [row] = await sql.unsafe<[{ readonly hasUnknown: boolean }]>(`select ${HAS_UNKNOWN}`);
  return row.hasUnknown;
}
