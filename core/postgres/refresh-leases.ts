import { randomUUID } from "node:crypto";
import { TOKEN_WRITE_MS } from "../deadlines.ts";
import { grantedKey, isGrantChanged } from "../grants/granted-key.ts";
import { createEventId, PERMISSIONS_CHANGED } from "../ports/installation-events.ts";
import type { RefreshLeases, StoredExpiry } from "../ports/refresh-leases.ts";
import { openColumn, openNullable, sealColumn, sealNullable } from "../sealing/sealed-columns.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { type Database, transaction } from "./client.ts";
import type { Sql } from "./connection.ts";
import { deactivate, type Retention, wipeLater } from "./grant-endings.ts";
import { insertEvent } from "./pending-events.ts";
import {
  closeRefresh,
  coolDown,
  extendLease,
  giveBackLease,
  isLeaseHeld,
  type LeaseRow,
  takeLease,
  writeTokens,
} from "./refresh-lease-statements.ts";
import { type ChangedRow, changedColumns, storeEnd } from "./stored-changes.ts";

/**
 * Stores each lease in the row of its installation, by compare-and-set.
 *
 * A cool-down is a lease without an owner: nobody can take one until it ends.
 */
export function createPostgresRefreshLeases(
  database: Database,
  sealer: Sealer,
  retention: Retention,
): RefreshLeases {
  return {
    async take({ installationId, tokenVersion }, { seconds }) {
      const held = { installationId, tokenVersion, owner: randomUUID() };
      const [row] = await database.run((sql) => takeLease(sql, held, seconds));
      if (!row) return undefined;
      try {
        return { ...held, ...(await openLease(sealer, row)) };
      } catch (error) {
        await database.run((sql) => giveBackLease(sql, held));
        throw error;
      }
    },

    async extend(lease, { seconds }) {
      const [extended] = await database.run((sql) => extendLease(sql, lease, seconds));
      return extended && { ...lease, ...extended };
    },

    async write(lease, tokens, { keepPrevious, isLookup = false }) {
      const isRotated = tokens.refreshToken !== null && tokens.refreshToken !== lease.refreshToken;
      const previous = keepPrevious ? lease.refreshToken : null;
      const sealed = {
        accessToken: await sealColumn(sealer, "access_token", lease, tokens.accessToken),
        refreshToken: await sealNullable(sealer, "refresh_token", lease, tokens.refreshToken),
        previousRefreshToken: await sealNullable(sealer, "previous_refresh_token", lease, previous),
      };
      const granted = grantedKey({ ...lease, ...tokens });
      const write = (sql: Sql) =>
        writeTokens(sql, lease, tokens, { ...sealed, isRotated, granted, isLookup });
      const eventId = createEventId();
      return database.run(
        (sql) =>
          isGrantChanged(lease.grantedKey, granted)
            ? transaction(sql, (sql) => withEvent(sql, eventId, lease.installationId, write))
            : write(sql),
        { budgetMs: TOKEN_WRITE_MS, retryUntilBudget: true },
      );
    },

    async coolDown(lease, attempt) {
      const cooled = await database.run((sql) => coolDown(sql, lease, attempt));
      return cooled.count === 1;
    },

    async coolDownUnleased({ installationId, tokenVersion }, { error, seconds }) {
      await database.run(
        (sql) => sql`
          update installations set
            refresh_lease_owner = null,
            refresh_lease_until = clock_timestamp() + make_interval(secs => ${seconds}),
            refresh_failures = refresh_failures + 1,
            last_refresh_error = ${error},
            updated_at = clock_timestamp()
          where id = ${installationId}
            and token_version = ${tokenVersion}
            and is_active
            and (
              refresh_lease_until is null
              or refresh_lease_until < clock_timestamp()
              or (
                refresh_lease_owner is null
                and refresh_lease_until < clock_timestamp() + make_interval(secs => ${seconds})
              )
            )
        `,
      );
    },

    async end(lease, reason, detail) {
      const end = { reason, detail };
      return storeEnd(
        database,
        end,
        (sql) => sql`
          update installations set
            ${deactivate(sql, end, retention)},
            status_version = status_version + 1
          where ${isLeaseHeld(sql, lease)}
          returning ${changedColumns(sql)}
        `,
      );
    },

    async endLater(lease, detail) {
      const kept = retention.retentionDays === 0 ? null : lease.refreshToken;
      const sealed = await sealNullable(sealer, "previous_refresh_token", lease, kept);
      return storeEnd(
        database,
        { reason: "reauthorization_required", detail },
        (sql) => sql`
          update installations set
            previous_refresh_token = ${sealed},
            refresh_token = null,
            refresh_token_expires_at = null,
            token_version = token_version + 1,
            grant_ends_at = token_expires_at,
            ${wipeLater(sql, retention)},
            ${closeRefresh(sql)},
            last_refresh_error = ${detail},
            updated_at = clock_timestamp()
          where ${isLeaseHeld(sql, lease)} and token_expires_at is not null
          returning ${changedColumns(sql)}
        `,
      );
    },
  };
}

/** Writes tokens with other scopes or permissions, and stores the event of that. */
async function withEvent(
  sql: Sql,
  id: string,
  installationId: string,
  write: (sql: Sql) => Promise<StoredExpiry | undefined>,
): Promise<StoredExpiry | undefined> {
  const written = await write(sql);
  if (!written) return undefined;
  const [changed] = await sql<[ChangedRow?]>`
    select ${changedColumns(sql)} from installations where id = ${installationId}
  `;
  if (!changed) return written;
  // An earlier attempt, whose reply was lost, may have stored it: it is stored once.
  return { ...written, event: await insertEvent(sql, { ...changed, ...PERMISSIONS_CHANGED, id }) };
}

async function openLease(sealer: Sealer, { registration, ...row }: LeaseRow) {
  await openColumn(sealer, "registration", row, registration);
  return {
    ...row,
    accessToken: await openNullable(sealer, "access_token", row, row.accessToken),
    refreshToken: await openNullable(sealer, "refresh_token", row, row.refreshToken),
    // A previous token that cannot be decrypted is treated as absent.
    previousRefreshToken: await openNullable(
      sealer,
      "previous_refresh_token",
      row,
      row.previousRefreshToken,
    ).catch(() => null),
  };
}
