import type postgres from "postgres";

/** Describes what migrators made of a database: columns, constraints, indexes, and what they recorded. */
export async function describeSchema(sql: postgres.Sql) {
  return {
    columns: await sql`
      select table_name, column_name, data_type, is_nullable, column_default, generation_expression
      from information_schema.columns
      where table_schema = 'public'
      order by table_name, column_name
    `,
    constraints: await sql`
      select conrelid::regclass::text as table, conname, pg_get_constraintdef(oid) as definition
      from pg_constraint
      where connamespace = 'public'::regnamespace
      order by 1, 2
    `,
    indexes: await sql`
      select indexdef from pg_indexes where schemaname = 'public' order by indexname
    `,
    migrations: await sql`
      select name, checksum, statements from schema_migrations order by name
    `,
  };
}
