import { randomBytes } from "node:crypto";
import type postgres from "postgres";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import type { TestDatabase } from "./database.ts";

/** A plain user of a test database: it may connect, and owns nothing. */
export interface DatabaseUser {
  readonly name: string;
  readonly password: string;
  readonly settings: ConnectionSettings;
  drop(): Promise<void>;
}

/** Makes a user who may have so many connections. */
export async function createDatabaseUser(
  { sql, settings }: TestDatabase,
  { connectionLimit = -1 } = {},
): Promise<DatabaseUser> {
  const name = `user_${randomBytes(6).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  await sql`create role ${sql(name)} login connection limit ${literal(sql, connectionLimit)}`;
  await setPassword(sql, name, password);
  return {
    name,
    password,
    settings: { ...settings, credentials: async () => ({ username: name, password }) },
    async drop() {
      await sql`drop owned by ${sql(name)} cascade`;
      await sql`drop role ${sql(name)}`;
    },
  };
}

/** Changes a user's password, as a rotation does. */
export async function setPassword(sql: postgres.Sql, name: string, password: string) {
  await sql`alter role ${sql(name)} password ${literal(sql, `'${password}'`)}`;
}

/** Inserts a trusted text into a statement that takes no parameters. */
function literal(sql: postgres.Sql, text: string | number) {
  return sql.unsafe(String(text));
}
