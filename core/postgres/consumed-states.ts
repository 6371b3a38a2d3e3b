import { randomUUID } from "node:crypto";
import type { ConsumedStates } from "../ports/consumed-states.ts";
import type { Database } from "./client.ts";

/** Keeps used states and install links in PostgreSQL, where every sandbox sees them. */
export function createPostgresConsumedStates(database: Database): ConsumedStates {
  return {
    async consume(uses) {
      const rows = uses.map(({ id, expiresAt }) => ({ id, expires_at: expiresAt.toISOString() }));
      // Says which attempts are ours, so that a retry after a lost reply still gets the same answer.
      const consumer = randomUUID();

      const consumed = await database.run(
        (sql) => sql`
          insert into consumed_states (id, consumed_by, expires_at)
          select id, ${consumer}, expires_at
          from jsonb_to_recordset(${sql.json(rows)}) as used (id text, expires_at timestamptz)
          on conflict (id) do update set consumed_by = consumed_states.consumed_by
          where consumed_states.consumed_by = excluded.consumed_by
          returning id
        `,
      );
      return consumed.count === uses.length;
    },
  };
}
