import type postgres from "postgres";

/** Aurora DSQL changes at most 3,000 rows in a transaction, and has no `truncate`. */
const BATCH_ROWS = 1_000;

/** The tables of the migrator, whose rows stay. */
const KEPT = ["schema_migrations", "migration_lease"];

const PASSES = "search_key_passes";

interface Table {
  readonly name: string;
  readonly key: string[];
}

/** Deletes all rows of tables: of those that are named, or of all. A table that a schema does not have is passed over. */
export async function emptyTables(sql: postgres.Sql, ...names: readonly string[]): Promise<void> {
  const tables = await sql<Table[]>`
    select keys.table_name::text as name, array_agg(columns.column_name::text) as key
    from information_schema.table_constraints as keys
    join information_schema.key_column_usage as columns using (constraint_schema, constraint_name)
    where keys.constraint_type = 'PRIMARY KEY' and keys.table_schema = 'public'
    group by keys.table_name
  `;
  for (const table of tables) {
    const isWanted = names.length === 0 || names.includes(table.name);
    if (isWanted && !KEPT.includes(table.name)) await emptyTable(sql, table);
  }
  if (names.length === 0 && tables.some(({ name }) => name === PASSES)) await storePasses(sql);
}

/** Without installations, there are none that a search does not find. A migration stores that in an empty database. */
async function storePasses(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into search_key_passes (id, customer_key, passes, updated_at)
    values ('installations', '', 2, now())
  `;
}

async function emptyTable(sql: postgres.Sql, { name, key }: Table): Promise<void> {
  for (let count = BATCH_ROWS; count === BATCH_ROWS; ) {
    const deleted = await sql`
      delete from ${sql(name)} where (${sql(key)}) in (
        select ${sql(key)} from ${sql(name)} limit ${BATCH_ROWS}
      )
    `;
    count = deleted.count;
  }
}
