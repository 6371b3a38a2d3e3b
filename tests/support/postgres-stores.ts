import type postgres from "postgres";
import { afterAll } from "vitest";
import { createDatabase, type Database } from "../../core/postgres/client.ts";
import { createPostgresConsumedStates } from "../../core/postgres/consumed-states.ts";
import { createPostgresDeliveries } from "../../core/postgres/deliveries.ts";
import { createPostgresDueWork } from "../../core/postgres/due-work.ts";
import { createPostgresExpiry } from "../../core/postgres/expiry.ts";
import { createPostgresInstallLinks } from "../../core/postgres/install-links.ts";
import { createPostgresActivity } from "../../core/postgres/installation-activity.ts";
import { createPostgresInstallationCounts } from "../../core/postgres/installation-counts.ts";
import { createPostgresInstallationRepository } from "../../core/postgres/installation-repository.ts";
import { createPostgresInstallationTransfer } from "../../core/postgres/installation-transfer.ts";
import { createPostgresOutbox } from "../../core/postgres/outbox.ts";
import { createPostgresPendingEvents } from "../../core/postgres/pending-events.ts";
import { createPostgresPendingInstallations } from "../../core/postgres/pending-installations.ts";
import { createPostgresRedeliveries } from "../../core/postgres/redeliveries.ts";
import { createPostgresRefreshLeases } from "../../core/postgres/refresh-leases.ts";
import { createPostgresTokenRejections } from "../../core/postgres/token-rejections.ts";
import { createPostgresTokenStore } from "../../core/postgres/token-store.ts";
import { createPostgresWaitingRequests } from "../../core/postgres/waiting-requests.ts";
import { createPostgresWebhookRegistrations } from "../../core/postgres/webhook-registrations.ts";
import type { Stores } from "../contract/stores.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { emptyTables } from "./empty-tables.ts";
import { newKeyRing, sealerOf } from "./keyrings.ts";

/** Starts a database for a test file, with functions that create all adapters on it. */
export async function startPostgresStores() {
  return startStoresOn(await createTestDatabase());
}

/** The same, on a database that exists; it is dropped after the tests of the file. */
export function startStoresOn({ settings, sql, drop }: TestDatabase) {
  const sealer = sealerOf(newKeyRing());
  const databases: Database[] = [];

  afterAll(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await drop();
  });

  /** Returns a database with a connection of its own, as another process has, perhaps through a proxy. */
  function connect(port = settings.port): Database {
    const database = createDatabase(async () => ({ ...settings, port }));
    databases.push(database);
    return database;
  }

  function storesOn(database: Database, { retentionDays = 7 } = {}): Stores {
    const retention = { retentionDays };
    return {
      installations: createPostgresInstallationRepository(database, sealer),
      transfer: createPostgresInstallationTransfer(database, sealer, retention),
      tokens: createPostgresTokenStore(database, sealer, retention),
      leases: createPostgresRefreshLeases(database, sealer, retention),
      rejections: createPostgresTokenRejections(database),
      pendingEvents: createPostgresPendingEvents(database),
      dueWork: createPostgresDueWork(database),
      expiry: createPostgresExpiry(database),
      counts: createPostgresInstallationCounts(database),
      activity: createPostgresActivity(database),
      requests: createPostgresWaitingRequests(database, sealer),
      deliveries: createPostgresDeliveries(database, sealer),
      outbox: createPostgresOutbox(database, sealer),
      redeliveries: createPostgresRedeliveries(database),
      links: createPostgresInstallLinks(database, sealer),
      consumedStates: createPostgresConsumedStates(database),
      pending: createPostgresPendingInstallations(database, sealer),
      registrations: createPostgresWebhookRegistrations(database),
      age: (seconds) => ageAll(sql, seconds),
    };
  }

  const database = connect();
  async function createStores(options: { retentionDays?: number } = {}): Promise<Stores> {
    await emptyTables(sql);
    // As in a new database: lists find customers by their column, and not by their metadata.
    if (await hasTable(sql, "search_key_passes")) {
      await sql`
        insert into search_key_passes (id, customer_key, passes, updated_at)
        values ('installations', '', 2, now())
        on conflict (id) do nothing
      `;
    }
    return storesOn(database, options);
  }

  return { settings, sql, sealer, database, connect, storesOn, createStores };
}

/** Makes everything in a database so many seconds older. */
async function ageAll(sql: postgres.Sql, seconds: number): Promise<void> {
  const by = sql`make_interval(secs => ${seconds})`;
  await sql`
    update installations set
      token_expires_at = token_expires_at - ${by},
      token_stored_at = token_stored_at - ${by},
      token_alive_at = token_alive_at - ${by},
      refresh_token_expires_at = refresh_token_expires_at - ${by},
      refresh_lease_until = refresh_lease_until - ${by},
      refresh_sent_at = refresh_sent_at - ${by},
      refresh_rotated_at = refresh_rotated_at - ${by},
      grant_ends_at = grant_ends_at - ${by},
      wipe_tokens_at = wipe_tokens_at - ${by},
      webhooks_due_at = webhooks_due_at - ${by}
  `;
  // An older schema does not have it.
  const [sweepAfter] = await sql`
    select from information_schema.columns where column_name = 'sweep_after'
  `;
  if (sweepAfter) await sql`update installations set sweep_after = sweep_after - ${by}`;
  const [lookups] = await sql`
    select from information_schema.columns where column_name = 'last_looked_up_at'
  `;
  if (lookups) await sql`update installations set last_looked_up_at = last_looked_up_at - ${by}`;
  const [rejections] = await sql`
    select from information_schema.columns where column_name = 'rejection_checked_at'
  `;
  if (rejections) {
    await sql`
      update installations set
        rejection_checked_at = rejection_checked_at - ${by},
        narrowed_rejected_at = narrowed_rejected_at - ${by}
    `;
  }
  await sql`update pending_events set next_try_at = next_try_at - ${by}`;
  await sql`update waiting_requests set expires_at = expires_at - ${by}`;
  await sql`update consumed_states set expires_at = expires_at - ${by}`;
  if (await hasTable(sql, "deliveries")) {
    await sql`
      update deliveries set
        claimed_until = claimed_until - ${by},
        received_at = received_at - ${by}
    `;
    await sql`
      update outbox set stored_at = stored_at - ${by}, next_try_at = next_try_at - ${by}
    `;
  }
  if (await hasTable(sql, "redeliveries")) {
    await sql`
      update redeliveries set
        failed_at = failed_at - ${by},
        next_try_at = next_try_at - ${by}
    `;
    await sql`update delivery_scans set next_scan_at = next_scan_at - ${by}`;
  }
  if (await hasTable(sql, "install_links")) {
    await sql`
      update install_links set
        created_at = created_at - ${by},
        expires_at = expires_at - ${by},
        claimed_until = claimed_until - ${by}
    `;
  }
  await sql`update pending_installations set expires_at = expires_at - ${by}`;
}

/** Returns whether the schema has a table: the one of an older release may not have it. */
async function hasTable(sql: postgres.Sql, name: string): Promise<boolean> {
  const [table] = await sql`select from information_schema.tables where table_name = ${name}`;
  return table !== undefined;
}
