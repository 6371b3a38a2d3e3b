import type { Metadata } from "../metadata.ts";
import { searchKeysOf } from "../search-keys.ts";
import type { Sql } from "./connection.ts";

/** The second one finds the rows that a function of the release before has stored during the first. */
const PASSES = 2;
/** Such functions do not run any more after this time. */
const PAUSE_SECONDS = 1_800;

interface Pass {
  readonly position: string;
}

/** An installation as it is stored, with the keys that it is found by. */
interface KeyedRow {
  readonly id: string;
  readonly organizationName: string;
  readonly metadata: Metadata;
  readonly storedMetadata: string;
  readonly nameKey: string | null;
  readonly customer: string | null;
}

/** Returns whether all keys are stored that the configuration needs. */
export async function hasAllSearchKeys(sql: Sql, customerKey: string): Promise<boolean> {
  const [row] = await sql<[{ readonly passes: number }?]>`
    select passes from search_key_passes where customer_key in ('', ${customerKey})
  `;
  return (row?.passes ?? 0) >= PASSES;
}

/** Starts again for another metadata key. Returns where to continue; `undefined` if there is nothing to do now. */
async function startPass(sql: Sql, customerKey: string): Promise<Pass | undefined> {
  await sql`
    insert into search_key_passes (id, customer_key, passes, updated_at)
    values ('installations', ${customerKey}, 0, clock_timestamp())
    on conflict (id) do update set
      customer_key = excluded.customer_key,
      passes = case when search_key_passes.customer_key = '' then search_key_passes.passes else 0 end,
      position = null,
      updated_at = excluded.updated_at
    where search_key_passes.customer_key <> excluded.customer_key
  `;
  const [pass] = await sql<[Pass?]>`
    select coalesce(position, '') as position
    from search_key_passes
    where customer_key = ${customerKey}
      and passes < ${PASSES}
      and (
        passes = 0
        or position is not null
        or updated_at < clock_timestamp() - make_interval(secs => ${PAUSE_SECONDS})
      )
  `;
  return pass;
}

/** Stores the keys of a batch of rows, and where the next one continues. Returns how many rows were read. */
export async function storeKeys(
  sql: Sql,
  customerKey: string,
  limit: number,
): Promise<{ readonly count: number }> {
  const pass = await startPass(sql, customerKey);
  if (!pass) return { count: 0 };
  const rows = await sql<KeyedRow[]>`
    select
      id,
      organization_name as "organizationName",
      metadata,
      metadata::text as "storedMetadata",
      name_key as "nameKey",
      customer
    from installations
    where id > ${pass.position}
    order by id
    limit ${limit}
  `;
  const changed = rows.flatMap((row) => {
    const { nameKey, customer } = searchKeysOf(row, customerKey);
    if (nameKey === row.nameKey && customer === row.customer) return [];
    const { id, organizationName, storedMetadata } = row;
    return [{ id, organizationName, storedMetadata, nameKey, customer }];
  });
  if (changed.length > 0) await updateKeys(sql, changed);
  const last = rows.length < limit ? null : (rows.at(-1)?.id ?? null);
  await endBatch(sql, { customerKey, from: pass.position, last });
  return { count: rows.length };
}

/** Stores keys, unless the row was changed since it was read: by a release before, too, which stores none. */
function updateKeys(sql: Sql, rows: readonly { readonly [field: string]: string | null }[]) {
  return sql`
    update installations set name_key = keyed."nameKey", customer = keyed.customer
    from jsonb_to_recordset(${sql.json([...rows])}) as keyed (
      id text,
      "organizationName" text,
      "storedMetadata" text,
      "nameKey" text,
      customer text
    )
    where installations.id = keyed.id
      and installations.organization_name = keyed."organizationName"
      and installations.metadata::text = keyed."storedMetadata"
  `;
}

interface Batch {
  readonly customerKey: string;
  readonly from: string;
  /** The last row; `null` if there are no more. */
  readonly last: string | null;
}

/** After a lost reply, the same batch is taken again. */
function endBatch(sql: Sql, { customerKey, from, last }: Batch) {
  return sql`
    update search_key_passes set
      position = ${last},
      passes = passes + ${last === null ? 1 : 0},
      updated_at = clock_timestamp()
    where id = 'installations'
      and customer_key = ${customerKey}
      and coalesce(position, '') = ${from}
  `;
}
