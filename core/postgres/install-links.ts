import * as v from "valibot";
import { type InstallLink, type InstallLinks, LinkIntent } from "../ports/install-links.ts";
import type { SealContext, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

interface LinkRow extends Pick<InstallLink, "id" | "createdAt" | "endedAt" | "usedAt" | "usedBy"> {
  readonly intent: string;
}

/** Stores install links in PostgreSQL, encrypted for their row. */
export function createPostgresInstallLinks(database: Database, sealer: Sealer): InstallLinks {
  async function open({ intent, ...row }: LinkRow): Promise<InstallLink> {
    const text = await sealer.open(contextOf(row.id), intent);
    const { expiresAt, ...opened } = v.parse(LinkIntent, JSON.parse(text));
    return { ...opened, ...row, expiresAt: new Date(expiresAt * 1000) };
  }

  return {
    async create(intent) {
      const sealed = await sealer.seal(contextOf(intent.id), JSON.stringify(intent));
      const expiresAt = new Date(intent.expiresAt * 1000);
      await database.run(
        (sql) => sql`
          insert into install_links (id, intent, created_at, expires_at)
          values (${intent.id}, ${sealed}, clock_timestamp(), ${expiresAt})
          on conflict (id) do nothing
        `,
      );
    },

    async find(id) {
      const [row] = await database.run(
        (sql) => sql<[LinkRow?]>`select ${columns(sql)} from install_links where id = ${id}`,
      );
      return row && open(row);
    },

    async list({ limit, before }) {
      const rows = await database.run(
        (sql) => sql<LinkRow[]>`
          select ${columns(sql)}
          from install_links
          where true ${before === undefined ? sql`` : sql`and id < ${before}`}
          order by id desc
          limit ${limit + 1}
        `,
      );
      const items = await Promise.all(rows.slice(0, limit).map(open));
      return { items, hasMore: rows.length > limit };
    },

    async end(id) {
      await database.run(
        (sql) => sql`
          update install_links set ended_at = clock_timestamp()
          where id = ${id} and used_at is null and ended_at is null
        `,
      );
      const rows = await database.run((sql) => sql`select id from install_links where id = ${id}`);
      return rows.count > 0;
    },

    async claim(id, { flow, seconds }) {
      const claimed = await database.run(
        (sql) => sql`
          update install_links set
            claimed_by = ${flow},
            claimed_until = clock_timestamp() + make_interval(secs => ${seconds})
          where id = ${id}
            and used_at is null
            and ended_at is null
            and (claimed_by = ${flow} or claimed_until is null or claimed_until < clock_timestamp())
          returning id
        `,
      );
      return claimed.count > 0;
    },

    async release(id, flow) {
      await database.run(
        (sql) => sql`
          update install_links set claimed_by = null, claimed_until = null
          where id = ${id} and claimed_by = ${flow}
        `,
      );
    },
  };
}

/** Marks a link as used, in the transaction that stores the installation. Returns `false` if it is not valid. */
export async function consumeLink(sql: Sql, id: string, installationId: string): Promise<boolean> {
  const consumed = await sql`
    update install_links set used_at = clock_timestamp(), used_by = ${installationId}
    where id = ${id} and used_at is null and ended_at is null
    returning id
  `;
  return consumed.count > 0;
}

function columns(sql: Sql) {
  return sql`
    id,
    intent,
    created_at as "createdAt",
    ended_at as "endedAt",
    used_at as "usedAt",
    used_by as "usedBy"
  `;
}

function contextOf(id: string): SealContext {
  return { purpose: "install-link", binding: ["install_links", "intent", id] };
}
