import { randomUUID } from "node:crypto";
import type { ConsumedStates } from "../ports/consumed-states.ts";
import type { Database } from "./client.ts";

/** Stores consumed states in PostgreSQL. */
export function createPostgresConsumedStates(database: Database): ConsumedStates {
  return {
    async consume({ id, expiresAt }) {
      // Identifies this call, so that a retry after a lost reply returns the same result.
      const consumer = randomUUID();

      const consumed = await database.run(
        (sql) => sql`
          insert into consumed_states (id, consumed_by, expires_at)
          values (${id}, ${consumer}, ${expiresAt})
          on conflict (id) do update set consumed_by = consumed_states.consumed_by
          where consumed_states.consumed_by = excluded.consumed_by
          returning id
        `,
      );
      return consumed.count > 0;
    },
  };
}
