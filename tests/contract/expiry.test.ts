import { afterAll, describe, expect, test } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import { createPostgresInstallationTransfer } from "../../core/postgres/installation-transfer.ts";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createTestDatabase } from "../support/database.ts";
import { newKeyRing, sealerOf } from "../support/keyrings.ts";
import { testExpiry } from "./expiry.contract.ts";

const { settings, sql, drop } = await createTestDatabase();
const database = createDatabase(async () => settings);
const sealer = sealerOf(newKeyRing());

afterAll(async () => {
  await database.close();
  await drop();
});

describe("expiry in PostgreSQL", () => {
  testExpiry(async () => {
    await sql`truncate installations, consumed_states, pending_installations`;
    return {
      expiry: createPostgresExpiry(database),
      consumedStates: createPostgresConsumedStates(database),
      pending: createPostgresPendingInstallations(database, sealer),
      transfer: createPostgresInstallationTransfer(database, sealer),
      tokens: createPostgresTokenStore(database, sealer),
      leases: createPostgresRefreshLeases(database, sealer),
      async age(seconds) {
        const by = sql`make_interval(secs => ${seconds})`;
        await sql`update consumed_states set expires_at = expires_at - ${by}`;
        await sql`update pending_installations set expires_at = expires_at - ${by}`;
        await sql`update installations set refresh_lease_until = refresh_lease_until - ${by}`;
      },
    };
  });

  test("deletes in batches, until all is gone", async () => {
    await sql`truncate consumed_states, pending_installations`;
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
    expect(counts).toEqual([1_000, 1_000, 500, 0]);
    expect(await sql`select id from consumed_states`).toEqual([]);
  });
});
