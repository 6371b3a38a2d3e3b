import type {
  KeyCounts,
  Replacement,
  SealedRow,
  SealedRows,
  SealedTexts,
} from "../ports/sealed-rows.ts";
import { SEALED_COLUMNS } from "../sealing/sealed-column-names.ts";
import type { RowKey } from "../sealing/sealed-columns.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { keyIdOf } from "./key-id.ts";

/** As many rows as a statement can read in time, also if none of them is cached. */
const PAGE_ROWS = 1_000;

interface KeyRow {
  readonly key: string;
  readonly count: number;
}

interface FoundRow extends RowKey {
  readonly id: string;
  readonly texts: SealedTexts;
}

/** Reads and replaces the encrypted columns in PostgreSQL. */
export function createPostgresSealedRows(database: Database): SealedRows {
  return {
    async countKeys(after) {
      const lastId = await database.run((sql) => findPageEnd(sql, after));
      if (lastId === null) return { counts: new Map(), lastId };
      const rows = await database.run(
        (sql) => sql<KeyRow[]>`
          select ${keyIdOf(sql, "sealed")} as key, count(*)::int as count
          from installations
          cross join lateral (
            values
              (registration), (access_token), (refresh_token), (previous_refresh_token),
              (webhook_secret)
          ) as columns (sealed)
          where ${whereInPage(sql, after, lastId)} and sealed is not null
          group by 1
        `,
      );
      return { counts: toCounts(rows), lastId };
    },

    async findOthers(keyId, { after, limit }) {
      const end = await database.run((sql) => findPageEnd(sql, after));
      if (end === null) return { rows: [], lastId: null };
      const found = await database.run(
        (sql) => sql<FoundRow[]>`
          select
            id,
            platform,
            organization_id as "organizationId",
            kind,
            provider_installation_id as "providerInstallationId",
            client_id as "clientId",
            jsonb_strip_nulls(jsonb_build_object(
              'registration', ${other(sql, "registration", keyId)},
              'access_token', ${other(sql, "access_token", keyId)},
              'refresh_token', ${other(sql, "refresh_token", keyId)},
              'previous_refresh_token', ${other(sql, "previous_refresh_token", keyId)},
              'webhook_secret', ${other(sql, "webhook_secret", keyId)}
            )) as texts
          from installations
          where ${whereInPage(sql, after, end)}
            and (
              ${keyIdOf(sql, "registration")} <> ${keyId}
              or ${keyIdOf(sql, "access_token")} <> ${keyId}
              or ${keyIdOf(sql, "refresh_token")} <> ${keyId}
              or ${keyIdOf(sql, "previous_refresh_token")} <> ${keyId}
              or ${keyIdOf(sql, "webhook_secret")} <> ${keyId}
            )
          order by id
          limit ${limit}
        `,
      );
      const rows = found.map(({ id, ...row }): SealedRow => ({ installationId: id, ...row }));
      // If the limit is reached, the next page starts after the last row that was returned.
      return { rows, lastId: rows.length === limit ? (found.at(-1)?.id ?? end) : end };
    },

    async replace(changes) {
      if (changes.length === 0) return new Set();
      const replaced = await database.run((sql) => replaceTexts(sql, changes));
      return new Set(replaced.map(({ id }) => id));
    },

    async countPendingKeys() {
      const rows = await database.run(
        (sql) => sql<KeyRow[]>`
          select ${keyIdOf(sql, "grants")} as key, count(*)::int as count
          from pending_installations
          where expires_at > clock_timestamp()
          group by 1
        `,
      );
      return toCounts(rows);
    },
  };
}

async function findPageEnd(sql: Sql, after: string | null): Promise<string | null> {
  const [row] = await sql<[{ end: string | null }?]>`
    select max(id) as end
    from (
      select id from installations where id > ${after ?? ""} order by id limit ${PAGE_ROWS}
    ) as page
  `;
  return row?.end ?? null;
}

function whereInPage(sql: Sql, after: string | null, end: string) {
  return sql`id > ${after ?? ""} and id <= ${end}`;
}

function other(sql: Sql, column: string, keyId: string) {
  return sql`case when ${keyIdOf(sql, column)} <> ${keyId} then ${sql(column)} end`;
}

/** Replaces texts in one statement, and skips rows that were changed since they were read. */
function replaceTexts(sql: Sql, changes: readonly Replacement[]) {
  const list = changes.map(({ row, texts }) => ({
    id: row.installationId,
    ...Object.fromEntries(SEALED_COLUMNS.map((column) => [`old_${column}`, row.texts[column]])),
    ...texts,
  }));
  return sql<{ id: string }[]>`
    update installations set
      registration = coalesce(change.registration, installations.registration),
      access_token = coalesce(change.access_token, installations.access_token),
      refresh_token = coalesce(change.refresh_token, installations.refresh_token),
      previous_refresh_token =
        coalesce(change.previous_refresh_token, installations.previous_refresh_token),
      webhook_secret = coalesce(change.webhook_secret, installations.webhook_secret)
    from jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb) as change (
      id text,
      old_registration text, registration text,
      old_access_token text, access_token text,
      old_refresh_token text, refresh_token text,
      old_previous_refresh_token text, previous_refresh_token text,
      old_webhook_secret text, webhook_secret text
    )
    where installations.id = change.id
      and (old_registration is null or installations.registration = old_registration)
      and (old_access_token is null or installations.access_token = old_access_token)
      and (old_refresh_token is null or installations.refresh_token = old_refresh_token)
      and (
        old_previous_refresh_token is null
        or installations.previous_refresh_token = old_previous_refresh_token
      )
      and (old_webhook_secret is null or installations.webhook_secret = old_webhook_secret)
    returning installations.id
  `;
}

function toCounts(rows: readonly KeyRow[]): KeyCounts {
  return new Map(rows.map(({ key, count }) => [key, count]));
}
