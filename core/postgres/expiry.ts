import type { Expiry } from "../ports/expiry.ts";
import { DEFAULT_CUSTOMER_KEY, type SearchOptions } from "../search-keys.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import {
  BATCH_ROWS,
  deleteDeliveries,
  deleteLinks,
  deleteOutbox,
  deletePending,
  deleteRedeliveries,
  deleteRequests,
  deleteStates,
  passOver,
  resume,
  selectIdle,
  selectSuspended,
  wipeEnded,
} from "./expiry-statements.ts";
import { storeKeys } from "./search-key-passes.ts";
import { keyGrants } from "./unkeyed-grants.ts";

/** The next run changes the rest. */
const MAX_BATCHES = 200;

const always = () => true;

/** Deletes expired rows and tokens, and finds idle refresh tokens in PostgreSQL. */
export function createPostgresExpiry(
  database: Database,
  { customerKey = DEFAULT_CUSTOMER_KEY }: SearchOptions = {},
): Expiry {
  /** Runs a statement until it changes less than a whole batch of rows. Returns how many it changed. */
  async function inBatches(
    statement: (sql: Sql) => Promise<{ readonly count: number }>,
    hasTime: () => boolean = always,
  ): Promise<number> {
    let total = 0;
    for (let batch = 0; batch < MAX_BATCHES && hasTime(); batch += 1) {
      const { count } = await database.run(statement);
      total += count;
      if (count < BATCH_ROWS) break;
    }
    return total;
  }

  return {
    async removeExpired({ hasTime } = {}) {
      const states = await inBatches(deleteStates, hasTime);
      const pending = await inBatches(deletePending, hasTime);
      return states + pending + (await inBatches(deleteRequests, hasTime));
    },

    removeLinks: ({ hasTime } = {}) => inBatches(deleteLinks, hasTime),

    async removeDeliveries({ hasTime } = {}) {
      const deliveries = await inBatches(deleteDeliveries, hasTime);
      const outbox = await inBatches(deleteOutbox, hasTime);
      return deliveries + outbox + (await inBatches(deleteRedeliveries, hasTime));
    },

    wipeTokens: ({ hasTime } = {}) => inBatches(wipeEnded, hasTime),

    async keyGrants({ hasTime } = {}) {
      await inBatches((sql) => keyGrants(sql, BATCH_ROWS), hasTime);
    },

    async storeSearchKeys({ hasTime } = {}) {
      await inBatches((sql) => storeKeys(sql, customerKey, BATCH_ROWS), hasTime);
    },

    async findIdle(limits) {
      const rows = await database.run((sql) => selectIdle(sql, limits));
      return rows.map(({ id }) => id);
    },

    async findSuspended(limits) {
      const rows = await database.run((sql) => selectSuspended(sql, limits));
      return rows.map(({ id }) => id);
    },

    async passOver(installationId, { seconds }) {
      await database.run((sql) => passOver(sql, installationId, seconds));
    },

    resume: ({ hasTime } = {}) => inBatches(resume, hasTime),
  };
}
