import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { behaveAsDsql, readDsqlMode } from "./dsql-mode.ts";
import { RECORDED_DATABASES } from "./statement-log.ts";

/** An empty database of the test server, and direct access to it as its owner. */
export interface TestDatabase {
  readonly url: string;
  readonly settings: ConnectionSettings;
  readonly sql: postgres.Sql;
  drop(): Promise<void>;
}

/** Makes a database with the newest schema, on the server of the run unless another one is given. */
export async function createTestDatabase(serverUrl?: string): Promise<TestDatabase> {
  const database = await createDatabaseNamed(RECORDED_DATABASES, serverUrl);
  await migrate({ ...database.settings, engine: "postgres" }, await readMigrations("migrations"));
  const mode = readDsqlMode();
  if (mode) await behaveAsDsql(database.sql, mode);
  return database;
}

/** Makes a database without any table. */
export function createEmptyDatabase(serverUrl?: string): Promise<TestDatabase> {
  return createDatabaseNamed("test_", serverUrl);
}

async function createDatabaseNamed(
  prefix: string,
  serverUrl: string = inject("postgresUrl"),
): Promise<TestDatabase> {
  const url = new URL(serverUrl);
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  await admin`create database ${admin(name)}`;

  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 2, onnotice: () => {} });
  return {
    url: url.href,
    settings: toSettings(url),
    sql,
    async drop() {
      await sql.end({ timeout: 1 });
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}

/** Creates the table by which a database of Grantkeep 0.1 is recognized. */
export async function createOldTables(sql: postgres.Sql): Promise<void> {
  await sql`
    create table schema_migrations (
      name text primary key,
      checksum text not null,
      applied_at timestamptz not null default now()
    )
  `;
  await sql`
    insert into schema_migrations (name, checksum) values ('0001_installations.sql', 'abc')
  `;
}

/** Returns the settings with which adapters connect to the database of a URL. */
function toSettings(url: URL): ConnectionSettings {
  const { hostname: host, port, pathname, username, password } = url;
  return {
    engine: readDsqlMode() ? "dsql" : "postgres",
    host,
    port: Number(port),
    database: pathname.slice(1),
    credentials: async () => ({ username, password }),
  };
}
