import type { Sql } from "./connection.ts";

/** Returns a `text[]` value. Without `fetch_types`, postgres.js does not know array types. */
export function textArray(sql: Sql, values: readonly string[]) {
  return sql`array(select jsonb_array_elements_text(${sql.json([...values])}))`;
}
