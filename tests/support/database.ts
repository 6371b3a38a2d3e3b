import { randomBytes } from "node:crypto";
import postgres from "postgres";
import { inject } from "vitest";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { keepFigures } from "./dsql-figures.ts";
import { behaveAsDsql, readDsqlMode } from "./dsql-mode.ts";
import { emptyTables } from "./empty-tables.ts";
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
  if (inject("isDsqlCluster")) return openCluster(new URL(inject("postgresUrl")));
  const { direct, ...database } = await createDatabaseNamed(RECORDED_DATABASES, serverUrl);
  await migrate({ ...direct, engine: "postgres" }, await readMigrations("migrations"));
  const mode = readDsqlMode();
  if (mode) await behaveAsDsql(database.sql, mode);
  return database;
}

/** Returns the only database of an Aurora DSQL cluster, which the setup has migrated, without any row. */
async function openCluster(url: URL): Promise<TestDatabase> {
  const sql = postgres(url.href, { max: 2, onnotice: () => {} });
  await emptyTables(sql);
  return {
    url: url.href,
    settings: toSettings(url),
    sql,
    drop: () => sql.end({ timeout: 1 }),
  };
}

/** Makes a database without any table. */
export async function createEmptyDatabase(serverUrl?: string): Promise<TestDatabase> {
  const { direct: _, ...database } = await createDatabaseNamed("test_", serverUrl);
  return database;
}

/** `direct` are settings without the proxy of Aurora DSQL, if there is one. */
async function createDatabaseNamed(
  prefix: string,
  serverUrl?: string,
): Promise<TestDatabase & { readonly direct: ConnectionSettings }> {
  const url = new URL(serverUrl ?? inject("postgresUrl"));
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  const name = `${prefix}${randomBytes(6).toString("hex")}`;
  await admin`create database ${admin(name)}`;

  url.pathname = `/${name}`;
  const sql = postgres(url.href, { max: 2, onnotice: () => {} });
  const direct = toSettings(url);
  const front = serverUrl === undefined ? inject("dsqlPort") : undefined;
  if (front !== undefined) url.port = String(front);
  return {
    url: url.href,
    settings: toSettings(url),
    direct,
    sql,
    async drop() {
      if (front !== undefined) await keepFigures(admin, sql);
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
    engine: process.env.DB_ENGINE === "dsql" ? "dsql" : "postgres",
    host,
    port: Number(port),
    database: pathname.slice(1),
    credentials: async () => ({ username, password }),
  };
}
