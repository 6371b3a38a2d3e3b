import { describe, expect, test } from "vitest";
import type { Database } from "../../core/postgres/client.ts";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import { emptyTables } from "../support/empty-tables.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";

const { sql, database } = await startPostgresStores();

describe("expiry in PostgreSQL", () => {
  test("deletes in batches, until all is gone", async () => {
    await emptyTables(sql, "consumed_states", "pending_installations");
    await sql`
      insert into consumed_states (id, consumed_by, expires_at)
      select lpad(n::text, 32, '0'), 'somebody', now() - interval '3 hours'
      from generate_series(1, 2500) as n
    `;
    const counts: number[] = [];
    const counting: Database = {
      ...database,
      async run(work, options) {
        const result = await database.run(work, options);
        if (Array.isArray(result) && "count" in result) counts.push(Number(result.count));
        return result;
      },
    };

    expect(await createPostgresExpiry(counting).removeExpired()).toBe(2_500);
    expect(counts).toEqual([1_000, 1_000, 500, 0, 0]);
    expect(await sql`select id from consumed_states`).toEqual([]);
  });
});
