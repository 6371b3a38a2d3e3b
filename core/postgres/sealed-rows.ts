import type { Platform } from "../installation.ts";
import type {
  KeyCounts,
  Replacement,
  SealedRow,
  SealedRows,
  SealedTexts,
} from "../ports/sealed-rows.ts";
import { SEALED_COLUMNS } from "../sealing/sealed-columns.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

/** So many rows are read within the time of a statement, also when none of them is in memory. */
const PAGE_ROWS = 1_000;

interface KeyRow {
  readonly key: string;
  readonly count: number;
}

interface FoundRow {
  readonly id: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly texts: SealedTexts;
}

/** Goes through the sealed columns in PostgreSQL. */
export function createPostgresSealedRows(database: Database): SealedRows {
  return {
    async countKeys(after) {
      const lastId = await database.run((sql) => findPageEnd(sql, after));
      if (lastId === null) return { counts: new Map(), lastId };
      const rows = await database.run(
        (sql) => sql<KeyRow[]>`
          select ${keyOf(sql, "sealed")} as key, count(*)::int as count
          from installations
          cross join lateral (
            values (access_token), (refresh_token), (previous_refresh_token), (webhook_secret)
          ) as columns (sealed)
          where ${isWithin(sql, after, lastId)} and sealed is not null
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
            jsonb_strip_nulls(jsonb_build_object(
              'access_token', ${other(sql, "access_token", keyId)},
              'refresh_token', ${other(sql, "refresh_token", keyId)},
              'previous_refresh_token', ${other(sql, "previous_refresh_token", keyId)},
              'webhook_secret', ${other(sql, "webhook_secret", keyId)}
            )) as texts
          from installations
          where ${isWithin(sql, after, end)}
            and (
              ${keyOf(sql, "access_token")} <> ${keyId}
              or ${keyOf(sql, "refresh_token")} <> ${keyId}
              or ${keyOf(sql, "previous_refresh_token")} <> ${keyId}
              or ${keyOf(sql, "webhook_secret")} <> ${keyId}
            )
          order by id
          limit ${limit}
        `,
      );
      const rows = found.map(({ id, ...row }): SealedRow => ({ installationId: id, ...row }));
      // A full page may have left rows out, which are the first of the next one.
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
          select ${keyOf(sql, "grants")} as key, count(*)::int as count
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

function isWithin(sql: Sql, after: string | null, end: string) {
  return sql`id > ${after ?? ""} and id <= ${end}`;
}

/** The key's id, from the first 36 characters: of a long text no more is read from where it is stored. */
function keyOf(sql: Sql, column: string) {
  return sql`split_part(left(${sql(column)}, 36), '.', 2)`;
}

function other(sql: Sql, column: string, keyId: string) {
  return sql`case when ${keyOf(sql, column)} <> ${keyId} then ${sql(column)} end`;
}

/** One statement, which locks each row only to write it; whoever wrote first wins. */
function replaceTexts(sql: Sql, changes: readonly Replacement[]) {
  const list = changes.map(({ row, texts }) => ({
    id: row.installationId,
    ...Object.fromEntries(SEALED_COLUMNS.map((column) => [`old_${column}`, row.texts[column]])),
    ...texts,
  }));
  return sql<{ id: string }[]>`
    update installations set
      access_token = coalesce(change.access_token, installations.access_token),
      refresh_token = coalesce(change.refresh_token, installations.refresh_token),
      previous_refresh_token =
        coalesce(change.previous_refresh_token, installations.previous_refresh_token),
      webhook_secret = coalesce(change.webhook_secret, installations.webhook_secret)
    from jsonb_to_recordset(${JSON.stringify(list)}::text::jsonb) as change (
      id text,
      old_access_token text, access_token text,
      old_refresh_token text, refresh_token text,
      old_previous_refresh_token text, previous_refresh_token text,
      old_webhook_secret text, webhook_secret text
    )
    where installations.id = change.id
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
