import type postgres from "postgres";
import type { InstallationKind } from "../installation.ts";
import type {
  StoredWebhooks,
  WebhookClaim,
  WebhookRegistrations,
} from "../ports/webhook-registrations.ts";
import { type Database, transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { BATCH_ROWS } from "./expiry-statements.ts";

/** The next run of the sweep changes the rest. */
const MAX_BATCHES = 200;

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Stores in PostgreSQL which webhooks an installation has registered. */
export function createPostgresWebhookRegistrations(database: Database): WebhookRegistrations {
  return {
    async claim(installationId, { seconds }) {
      const [claim] = await database.run((sql) => claimDue(sql, installationId, seconds));
      return claim;
    },

    async store(claim, registered) {
      return database.run((sql) =>
        transaction(sql, async (sql) => {
          const { count } = await storeRegistered(sql, claim, registered);
          if (count === 0) return false;
          if (registered.host !== null) await takeHost(sql, claim, registered.host);
          return true;
        }),
      );
    },

    async postpone(claim, { seconds }) {
      await database.run((sql) => postpone(sql, claim, seconds));
    },

    async find(installationId) {
      const [stored] = await database.run((sql) => selectStored(sql, installationId));
      return stored;
    },

    async expireOthers({ kind, configuration }, { hasTime = () => true } = {}) {
      let total = 0;
      for (const isBelow of [true, false]) {
        for (let batch = 0; batch < MAX_BATCHES && hasTime(); batch += 1) {
          const { count } = await database.run((sql) =>
            expireRange(
              sql,
              kind,
              isBelow
                ? sql`webhook_configuration < ${configuration}`
                : sql`webhook_configuration > ${configuration}`,
            ),
          );
          total += count;
          if (count < BATCH_ROWS) break;
        }
      }
      return total;
    },

    async findDue(limits) {
      const rows = await database.run((sql) => selectDueWebhooks(sql, limits));
      return rows.map(({ id }) => id);
    },
  };
}

/** A claim that is taken again after a lost reply has another version: only the last one counts. */
function claimDue(sql: Sql, installationId: string, seconds: number) {
  return sql<[WebhookClaim?]>`
    update installations set
      webhooks_due_at = clock_timestamp() + make_interval(secs => ${seconds}),
      webhooks_version = coalesce(webhooks_version, 0) + 1
    where id = ${installationId} and is_active and webhooks_due_at <= clock_timestamp()
    returning
      id as "installationId",
      webhooks_version::float8 as version,
      ${storedColumns(sql)}
  `;
}

function storeRegistered(
  sql: Sql,
  { installationId, version }: WebhookClaim,
  registered: Parameters<WebhookRegistrations["store"]>[1],
) {
  const { host, ids, retired, configuration, dueInSeconds } = registered;
  // The version stays, so that the statement can be repeated after a lost reply.
  return sql`
    update installations set
      webhook_host = ${host},
      webhook_ids = ${sql.json([...ids])},
      retired_webhook_ids = ${sql.json([...retired])},
      webhook_configuration = ${configuration},
      webhooks_due_at = ${
        dueInSeconds === null
          ? sql`null`
          : sql`clock_timestamp() + make_interval(secs => ${dueInSeconds})`
      }
    where id = ${installationId} and webhooks_version = ${version}
  `;
}

/** Takes a host from the installation that had it before its organization got another one. */
function takeHost(sql: Sql, { installationId }: WebhookClaim, host: string) {
  return sql`
    update installations set
      webhook_host = null,
      webhooks_due_at = clock_timestamp()
    where id in (
      select id
      from installations
      where webhook_host = ${host} and id <> ${installationId}
      limit ${BATCH_ROWS}
    )
  `;
}

function postpone(sql: Sql, { installationId, version }: WebhookClaim, seconds: number) {
  return sql`
    update installations set
      webhooks_due_at = clock_timestamp() + make_interval(secs => ${seconds})
    where id = ${installationId} and webhooks_version = ${version}
  `;
}

function selectStored(sql: Sql, installationId: string) {
  return sql<[StoredWebhooks?]>`
    select ${storedColumns(sql)} from installations where id = ${installationId}
  `;
}

function storedColumns(sql: Sql) {
  return sql`
    webhook_host as host,
    coalesce(webhook_ids, '[]') as ids,
    coalesce(retired_webhook_ids, '[]') as retired
  `;
}

/** Changes a batch of one range of the index, because it serves no `<>`. */
function expireRange(sql: Sql, kind: InstallationKind, range: Fragment) {
  return sql`
    update installations set
      webhook_configuration = '',
      webhooks_due_at = clock_timestamp(),
      webhooks_version = coalesce(webhooks_version, 0) + 1
    where id in (
      select id
      from installations
      where kind = ${kind} and webhook_configuration > '' and ${range}
      order by webhook_configuration
      limit ${BATCH_ROWS}
    )
  `;
}

/** Selects by an index alone. PostgreSQL uses none for a comparison with the volatile `clock_timestamp()`. */
export function selectDueWebhooks(sql: Sql, { kind, count }: { kind: string; count: number }) {
  return sql<{ id: string }[]>`
    select id
    from installations
    where kind = ${kind} and webhooks_due_at <= now() and is_active
    order by webhooks_due_at
    limit ${count}
  `;
}
