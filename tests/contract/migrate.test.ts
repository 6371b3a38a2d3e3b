import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { INSTALLATION_KINDS, PLATFORM_NAMES } from "../../core/platforms.ts";
import { migrate, readMigrations, toMigration } from "../../core/postgres/migrate.ts";
import { createEmptyDatabase, createOldTables, type TestDatabase } from "../support/database.ts";
import { createDatabaseUser } from "../support/database-user.ts";

let database: TestDatabase;

beforeEach(async () => {
  database = await createEmptyDatabase();
});

afterEach(() => database.drop());

const BOTS = toMigration(
  "0001_bots.sql",
  "create table bots (name text); insert into bots values ('a')",
);
const CATS = toMigration("0002_cats.sql", "create table cats (name text)");

describe("migrations", () => {
  test("are applied in their order, once", async () => {
    const first = await migrate(database.settings, [BOTS, CATS]);
    const second = await migrate(database.settings, [BOTS, CATS]);

    expect(first).toEqual(["0001_bots.sql", "0002_cats.sql"]);
    expect(second).toEqual([]);
    expect(await database.sql`select name from bots`).toEqual([{ name: "a" }]);
  });

  test("that are new are applied after the older ones", async () => {
    await migrate(database.settings, [BOTS]);

    expect(await migrate(database.settings, [BOTS, CATS])).toEqual(["0002_cats.sql"]);
  });

  test("are applied once by ten concurrent migrators", async () => {
    const applied = await Promise.all(
      Array.from({ length: 10 }, () => migrate(database.settings, [BOTS, CATS])),
    );

    expect(applied.flat()).toEqual(["0001_bots.sql", "0002_cats.sql"]);
    expect(await database.sql`select name from bots`).toEqual([{ name: "a" }]);
  });

  test("are all refused if one was changed after it had been applied", async () => {
    await migrate(database.settings, [BOTS]);
    const changed = toMigration(BOTS.name, `${BOTS.sql}; select 1`);

    await expect(migrate(database.settings, [changed, CATS])).rejects.toThrow(
      "The migration 0001_bots.sql was changed after it had been applied.",
    );

    expect(await tables()).toEqual(["bots", "migration_lease", "schema_migrations"]);
  });

  test("keep what was applied if one fails, and go on from there after it is repaired", async () => {
    const failing = toMigration(BOTS.name, `${BOTS.sql}; select 1 / 0`);
    await expect(migrate(database.settings, [failing, CATS])).rejects.toMatchObject({
      code: "22012",
    });
    const repaired = toMigration(BOTS.name, `${BOTS.sql}; select 1 / 1`);

    expect(await migrate(database.settings, [repaired, CATS])).toEqual([BOTS.name, CATS.name]);
    expect(await database.sql`select name from bots`).toEqual([{ name: "a" }]);
  });

  test.each([
    ["changed", "create table bots (name text not null); select 1"],
    ["removed", ""],
  ])("are refused if an applied statement was %s", async (_, sql) => {
    const failing = toMigration(BOTS.name, `${BOTS.sql}; select 1 / 0`);
    await migrate(database.settings, [failing]).catch(() => {});

    await expect(migrate(database.settings, [toMigration(BOTS.name, sql)])).rejects.toThrow(
      "The migration 0001_bots.sql was changed after it had been applied.",
    );
  });

  test("are refused by a database of Grantkeep 0.1, which does not change", async () => {
    await createOldTables(database.sql);

    await expect(migrate(database.settings, [BOTS])).rejects.toThrow(
      "This database has the schema of Grantkeep 0.1. There is no upgrade: use an empty database.",
    );

    expect(await tables()).toEqual(["schema_migrations"]);
  });

  test("of newer code are ignored by older code", async () => {
    await migrate(database.settings, [BOTS, CATS]);

    expect(await migrate(database.settings, [BOTS])).toEqual([]);
  });

  test("of this repository need only a user who owns the database", async () => {
    const owner = await createDatabaseUser(database);
    const { sql, settings } = database;
    await sql`alter database ${sql(settings.database)} owner to ${sql(owner.name)}`;

    const applied = await migrate(owner.settings, await readMigrations("migrations"));

    expect(applied).toContain("0001_baseline.sql");
    expect(await tables()).toContain("installations");
    await sql`alter database ${sql(settings.database)} owner to current_user`;
    await owner.drop();
  });

  test("fail if the server cannot be reached", async () => {
    const unreachable = { ...database.settings, port: 1 };

    await expect(migrate(unreachable, [BOTS])).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});

describe("files of migrations", () => {
  test("are read in the order of their numbers, with their checksums", async () => {
    const migrations = await readMigrations("migrations");

    const names = migrations.map(({ name }) => name);
    expect(names[0]).toBe("0001_baseline.sql");
    expect(names).toEqual([...names].sort());
    for (const { sql, checksum } of migrations) {
      expect(createHash("sha256").update(sql).digest("hex")).toBe(checksum);
    }
  });

  test("allow exactly the platforms and the kinds in the table of platforms", async () => {
    await migrate(database.settings, await readMigrations("migrations"));
    const names = [...PLATFORM_NAMES].sort();

    expect(await valuesIn("installations_platform_check")).toEqual(names);
    expect(await valuesIn("pending_installations_platform_check")).toEqual(names);
    expect(await valuesIn("pending_events_platform_check")).toEqual(names);
    expect(await valuesIn("installations_kind_check")).toEqual([...INSTALLATION_KINDS].sort());
  });
});

/** The texts that a check constraint allows. */
async function valuesIn(constraint: string): Promise<string[]> {
  const [row] = await database.sql<{ definition: string }[]>`
    select pg_get_constraintdef(oid) as definition from pg_constraint where conname = ${constraint}
  `;
  const texts = (row?.definition ?? "").matchAll(/'(?<text>[^']*)'/g);
  return [...texts].map(({ groups }) => groups?.text ?? "").sort();
}

async function tables(): Promise<string[]> {
  const rows = await database.sql<{ name: string }[]>`
    select tablename as name from pg_tables where schemaname = 'public' order by tablename
  `;
  return rows.map(({ name }) => name);
}
