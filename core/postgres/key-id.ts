import type { Sql } from "./connection.ts";

/** Selects the key id of an encrypted column. `left` reads only the first 36 characters of long, out-of-line values. */
export function keyIdOf(sql: Sql, column: string) {
  return sql`split_part(left(${sql(column)}, 36), '.', 2)`;
}
