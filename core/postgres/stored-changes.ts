import type postgres from "postgres";
import type { InactiveReason } from "../installation.ts";
import { type Change, createEventId, inactiveEventType } from "../ports/installation-events.ts";
import { type Database, isStatementError, transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { insertEvent, type NewEvent, selectEvent } from "./pending-events.ts";

/** The fields of an event that are read from the row that was changed. */
export type ChangedRow = Omit<NewEvent, "id" | "type" | "reason">;

/**
 * Ends a grant and stores its event, in one transaction. Returns `undefined` if the update changed no row.
 *
 * If the reply to an attempt was lost, the next one changes nothing and finds the event that the first one
 * stored. For a reason without an event, it returns `undefined` then, and the caller reads again.
 */
export async function storeEnd(
  database: Database,
  { reason, detail }: { reason: InactiveReason; detail: string | null },
  update: (sql: Sql) => Promise<readonly [ChangedRow?]>,
): Promise<Change | undefined> {
  const type = inactiveEventType(reason);
  return storeChange(database, type && { type, reason: detail ?? reason }, update);
}

/** Does the same for another change, with its event, if it has one. */
export async function storeChange(
  database: Database,
  about: Pick<NewEvent, "type" | "reason"> | undefined,
  update: (sql: Sql) => Promise<readonly [ChangedRow?]>,
): Promise<Change | undefined> {
  const id = createEventId();
  return database.run((sql) =>
    transaction(sql, async (sql) => {
      const [changed] = await update(sql);
      if (changed) {
        const event = about && { ...changed, ...about, id };
        return { event: event ? await insertEvent(sql, event) : null };
      }
      const event = await selectEvent(sql, id);
      return event && { event };
    }),
  );
}

/** Returns the columns of `ChangedRow`. */
export function changedColumns(sql: Sql) {
  return sql`
    id as "installationId",
    platform,
    organization_id as "organizationId",
    organization_name as "organizationName",
    grant_ends_at as "grantEndsAt"
  `;
}

/** Passes to each attempt how many earlier ones may have had an effect: the server did not reject them. */
export function countUnanswered<Result>(
  work: (sql: postgres.Sql, unanswered: number) => Promise<Result>,
): (sql: postgres.Sql) => Promise<Result> {
  let unanswered = 0;
  return async (sql) => {
    const earlier = unanswered;
    unanswered += 1;
    try {
      return await work(sql, earlier);
    } catch (error) {
      if (isStatementError(error)) unanswered -= 1;
      throw error;
    }
  };
}
