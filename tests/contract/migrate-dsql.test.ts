import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { runOnDsql } from "../../core/postgres/dsql-migration.ts";
import { migrate, readMigrations, toMigration } from "../../core/postgres/migrate.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/database.ts";
import { type DsqlFront, startDsqlFront } from "../support/dsql-front.ts";
import { endDsqlJobs, installDsqlJobs } from "../support/dsql-jobs.ts";
import { describeSchema } from "../support/schema.ts";

const migrations = await readMigrations("migrations");
const INDEX = [
  toMigration(
    "0001_bots.sql",
    "create table if not exists bots (id text); create index if not exists bots_by_id on bots (id)",
  ),
];

const reference = await createEmptyDatabase();
let database: TestDatabase;
let front: DsqlFront;

beforeEach(async () => {
  database = await createEmptyDatabase();
  await installDsqlJobs(database.sql);
  front = await startDsqlFront(database.settings);
});

afterEach(async () => {
  await front.close();
  await database.drop();
});

afterAll(reference.drop);

/** Settings of the engine; `postgres` sends what Aurora DSQL refuses. */
function settings(engine: "dsql" | "postgres" = "dsql") {
  return { ...database.settings, engine, port: front.port };
}

/** Ends every job some time after it was started, until the migrator is done. */
async function endJobsUntil(done: Promise<unknown>): Promise<string[]> {
  const ended: string[] = [];
  let isDone = false;
  void done.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await sleep(20);
    ended.push(...(await endDsqlJobs(database.sql, "completed")));
  }
  return ended;
}

async function isValid(name: string): Promise<boolean | undefined> {
  const [index] = await database.sql<{ isValid: boolean }[]>`
    select indisvalid as "isValid" from pg_index where indexrelid = to_regclass(${name})
  `;
  return index?.isValid;
}

describe("a migration on Aurora DSQL", () => {
  test("makes the same schema as on PostgreSQL, each index in the background", async () => {
    await migrate(reference.settings, migrations);

    const migrated = migrate(settings(), migrations);
    const indexes = await endJobsUntil(migrated);

    expect(await migrated).toEqual(migrations.map(({ name }) => name));
    expect(indexes.length).toBeGreaterThan(10);
    expect(await describeSchema(database.sql)).toEqual(await describeSchema(reference.sql));
    expect(await migrate(settings(), migrations)).toEqual([]);
  }, 120_000);

  test("builds the indexes of one migration at the same time", async () => {
    const two = toMigration(
      "0001_bots.sql",
      `${INDEX[0]?.sql}; create index if not exists bots_by_id_too on bots (id)`,
    );
    const migrated = migrate(settings(), [two]);
    let open = 0;
    while (open < 2) {
      const [row] = await database.sql<[{ count: number }]>`
        select count(*)::int4 as count from sys.jobs where status = 'processing'
      `;
      open = row.count;
      await sleep(20);
    }
    await endDsqlJobs(database.sql, "completed");

    expect(await migrated).toEqual(["0001_bots.sql"]);
  });

  test("would be refused as it is sent to PostgreSQL", async () => {
    await expect(migrate(settings("postgres"), INDEX)).rejects.toMatchObject({ code: "0A000" });
  });

  test("is complete only when its index is", async () => {
    let isDone = false;
    const migrated = migrate(settings(), INDEX).then((names) => {
      isDone = true;
      return names;
    });
    // Longer than the migrator waits before it looks again.
    await sleep(1_500);
    expect(isDone).toBe(false);

    await endDsqlJobs(database.sql, "completed");

    expect(await migrated).toEqual(["0001_bots.sql"]);
  });

  test("fails when the build of its index failed, and builds it at the next run", async () => {
    const failing = migrate(settings(), INDEX);
    const failed = expect(failing).rejects.toThrow("The index bots_by_id could not be built.");
    while ((await endDsqlJobs(database.sql, "failed")).length === 0) await sleep(20);
    await failed;
    expect(await isValid("bots_by_id")).toBeUndefined();

    const migrated = migrate(settings(), INDEX);
    await endJobsUntil(migrated);

    expect(await migrated).toEqual(["0001_bots.sql"]);
    expect(await isValid("bots_by_id")).toBe(true);
  });

  test("builds an incomplete index again whose migrator was killed", async () => {
    const killed = new Error("killed");
    let extensions = 0;
    const extend = async () => {
      extensions += 1;
      // It is extended before the statement, and before each wait.
      if (extensions > 1) throw killed;
    };
    const first = migrate(settings(), INDEX, {
      leaseSeconds: 0,
      waitMs: 0,
      async runStatement(sql, statement) {
        extensions = 0;
        await runOnDsql(sql, [statement], extend);
      },
    });
    await expect(first).rejects.toThrow(killed);
    expect(await isValid("bots_by_id")).toBe(false);

    const migrated = migrate(settings(), INDEX);
    await endJobsUntil(migrated);

    expect(await migrated).toEqual(["0001_bots.sql"]);
    expect(await isValid("bots_by_id")).toBe(true);
  });
});
