import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createDatabase } from "../../core/postgres/client.ts";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { createPostgresInstallationReader } from "../../core/postgres/installation-repository.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { createRoles, type RoleNames, roleNamesOf } from "../../core/postgres/roles.ts";
import { SEALED_COLUMNS } from "../../core/sealing/sealed-column-names.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { setPassword } from "../support/database-user.ts";

const PERMISSION_DENIED = "42501";

const home = await createEmptyDatabase();
const { settings, sql } = home;
const stage = `Test-${randomBytes(4).toString("hex")}`;
const password = randomBytes(12).toString("hex");
let names: RoleNames;

beforeAll(async () => {
  await migrate(settings, await readMigrations("migrations"));
  // RDS has this role. Whoever has it logs in with a token, which the password stands for here.
  await sql`create role rds_iam`.catch(() => {});
  names = await createRoles(settings, { stage, login: "rds" });
  for (const name of [names.writer, names.reader]) await setPassword(sql, name, password);
});

afterAll(async () => {
  for (const name of [names.writer, names.reader]) {
    await sql`drop owned by ${sql(name)} cascade`;
    await sql`drop role ${sql(name)}`;
  }
  await home.drop();
});

function as(role: keyof RoleNames) {
  const login: ConnectionSettings = {
    ...settings,
    credentials: async () => ({ username: names[role], password }),
  };
  const database = createDatabase(async () => login);
  onTestFinished(() => database.close());
  return database;
}

async function tables(): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select tablename::text as name from pg_tables where schemaname = 'public' order by tablename
  `;
  return rows.map(({ name }) => name);
}

describe("the reader's role", () => {
  test.each(SEALED_COLUMNS)("cannot select the encrypted column %s", async (column) => {
    const run = as("reader").run((sql) => sql`select ${sql(column)} from installations`);

    await expect(run).rejects.toMatchObject({ code: PERMISSION_DENIED });
  });

  test("cannot select any column that a check of the schema keeps encrypted", async () => {
    const columns = await sql<{ table: string; column: string }[]>`
      select table_name::text as table, column_name::text as column
      from information_schema.constraint_column_usage
      join information_schema.check_constraints using (constraint_schema, constraint_name)
      where check_clause like '%v1.%'
    `;
    expect(columns.length).toBeGreaterThanOrEqual(SEALED_COLUMNS.length);
    for (const { table, column } of columns) {
      const run = as("reader").run((sql) => sql`select ${sql(column)} from ${sql(table)}`);

      await expect(run, `${table}.${column}`).rejects.toMatchObject({ code: PERMISSION_DENIED });
    }
  });

  test("lists and gets installations", async () => {
    const reader = createPostgresInstallationReader(as("reader"));

    expect(await reader.list({}, { limit: 10 })).toMatchObject({ items: [] });
    expect(await reader.find({ id: `inst-${"0".repeat(32)}` })).toBeUndefined();
  });

  test("cannot change a row of any table", async () => {
    const database = as("reader");
    for (const table of await tables()) {
      const run = database.run((sql) => sql`delete from ${sql(table)}`);

      await expect(run, table).rejects.toMatchObject({ code: PERMISSION_DENIED });
    }
  });
});

describe("the writer's role", () => {
  test("reads and changes the rows of all tables but those of the migrator", async () => {
    const database = as("writer");
    for (const table of await tables()) {
      const run = database.run((sql) => sql`delete from ${sql(table)}`);

      if (/^(schema_migrations|migration_lease)$/.test(table)) {
        await expect(run, table).rejects.toMatchObject({ code: PERMISSION_DENIED });
      } else {
        await expect(run, table).resolves.toEqual([]);
      }
    }
  });

  test("cannot change the schema", async () => {
    const database = as("writer");

    const create = database.run((sql) => sql`create table notes (id text)`);
    const drop = database.run((sql) => sql`drop table installations`);

    await expect(create).rejects.toMatchObject({ code: PERMISSION_DENIED });
    await expect(drop).rejects.toMatchObject({ code: PERMISSION_DENIED });
  });
});

describe("the roles of a stage", () => {
  test("log in with IAM", async () => {
    const members = await sql<{ name: string }[]>`
      select member.rolname::text as name
      from pg_auth_members
      join pg_roles as member on member.oid = pg_auth_members.member
      join pg_roles as granted on granted.oid = pg_auth_members.roleid
      where granted.rolname = 'rds_iam' and member.rolname in ${sql(Object.values(names))}
      order by member.rolname
    `;

    expect(members.map(({ name }) => name)).toEqual([names.writer, names.reader]);
  });

  test("can be created again, and get what a later migration adds but no encrypted column", async () => {
    await sql`alter table installations add column note text`;
    onTestFinished(async () => {
      await sql`alter table installations drop column note`;
    });
    const select = () => as("reader").run((sql) => sql`select note from installations`);
    await expect(select()).rejects.toMatchObject({ code: PERMISSION_DENIED });

    await createRoles(settings, { stage, login: "rds" });

    expect(await select()).toEqual([]);
  });

  test.each(["", "a_b", 'a"b', "a b", "x".repeat(50)])(
    "are refused for the stage %j, whose name would be cut or quoted",
    (bad) => {
      expect(() => roleNamesOf(bad)).toThrow("cannot be part of the name of a role");
    },
  );
});
