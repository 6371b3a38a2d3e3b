import * as v from "valibot";
import type { Outbox } from "../ports/deliveries.ts";
import { WebhookEvent } from "../ports/webhook-event.ts";
import type { SealContext, Sealed, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

interface OutboxRow {
  readonly id: string;
  readonly event: string;
  /** Seconds since 1970, with fractions that a `Date` does not have. */
  readonly storedAt: number;
}

/** Stores the deliveries that the bus did not take in PostgreSQL, encrypted for their row. */
export function createPostgresOutbox(database: Database, sealer: Sealer): Outbox {
  return {
    async takeDue({ count, retrySeconds }) {
      const rows = await database.run(
        (sql) => sql<OutboxRow[]>`
          update outbox set
            next_try_at = clock_timestamp() + make_interval(secs => ${retrySeconds})
          where id in (
              select id from outbox where next_try_at <= now() order by next_try_at limit ${count}
            )
            and next_try_at <= clock_timestamp()
          returning id, event, extract(epoch from stored_at)::float8 as "storedAt"
        `,
      );
      const oldestFirst = rows.toSorted((one, other) => one.storedAt - other.storedAt);
      return Promise.all(
        oldestFirst.map(async ({ id, event }) =>
          v.parse(WebhookEvent, JSON.parse(await sealer.open(contextOf(id), event))),
        ),
      );
    },

    async remove(ids) {
      await database.run((sql) => sql`delete from outbox where id in ${sql(ids)}`);
    },
  };
}

/** Encrypts an event for its row of the outbox. */
export function sealEvent(sealer: Sealer, event: WebhookEvent): Promise<Sealed> {
  return sealer.seal(contextOf(event.deliveryId), JSON.stringify(event));
}

/** Inserts an encrypted event, which is due at once. */
export function insertIntoOutbox(sql: Sql, id: string, sealed: Sealed) {
  return sql`
    insert into outbox (id, event, stored_at, next_try_at)
    values (${id}, ${sealed}, clock_timestamp(), clock_timestamp())
    on conflict (id) do nothing
  `;
}

function contextOf(id: string): SealContext {
  return { purpose: "state", binding: ["outbox", "event", id] };
}
