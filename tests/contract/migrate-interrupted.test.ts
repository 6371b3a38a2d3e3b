import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  onTestFinished,
  test,
} from "vitest";
import { migrate, readMigrations, toMigration } from "../../core/postgres/migrate.ts";
import { runningBackend } from "../support/backend.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { type LostReplies, startLostReplies } from "../support/lost-replies.ts";
import { describeSchema } from "../support/schema.ts";
import { startTcpProxy } from "../support/tcp-proxy.ts";

const { settings, sql, url, drop } = await createEmptyDatabase();
const migrations = await readMigrations("migrations");
const names = migrations.map(({ name }) => name);

/** The function of a deploy, in a process of its own. */
const MIGRATE =
  'import("./functions/migrate.ts").then(({ handler }) => handler({}, { awsRequestId: "r" }))';

let proxy: LostReplies;
let wanted: Awaited<ReturnType<typeof describeSchema>>;
/** The replies of a whole run: one to the login, and one to each statement. */
let replies: number;

beforeAll(async () => {
  proxy = await startLostReplies(settings);
  await empty();
  await migrate(throughProxy(), migrations);
  replies = proxy.passed();
  wanted = await describeSchema(sql);
});

beforeEach(() => empty());

afterEach(() => proxy.loseAfter(Number.POSITIVE_INFINITY));

afterAll(async () => {
  await proxy.close();
  await drop();
});

describe("a migrator that ends in the middle", () => {
  test("is resumed by the next, whichever statement was its last", async () => {
    // The reply to the last one, which gives the lease back, is not missed.
    for (let count = 0; count < replies - 1; count += 1) {
      await empty();
      proxy.loseAfter(count);
      await expect(migrate(throughProxy(), migrations, { waitMs: 0 })).rejects.toThrow();
      await expireLease();

      await migrate(settings, migrations);

      expect(await describeSchema(sql)).toEqual(wanted);
    }
    expect(replies).toBeGreaterThan(40);
  }, 120_000);

  test.each([1, 10, 25, 40])(
    "is resumed by the next when its process was killed after statement %d",
    async (count) => {
      const command = new URL(url);
      command.port = String(proxy.port);
      const env = { ...process.env, DATABASE_URL: command.href };
      const killed = spawn(process.execPath, ["--eval", MIGRATE], { env, stdio: "ignore" });
      const exited = once(killed, "exit");
      proxy.loseAfter(count, async () => {
        killed.kill("SIGKILL");
        await exited;
      });
      expect(await exited).toEqual([null, "SIGKILL"]);
      await expireLease();

      expect(await migrate(settings, migrations)).toEqual(names);
      expect(await describeSchema(sql)).toEqual(wanted);
    },
  );

  test("keeps others waiting until its lease expires", async () => {
    const first = migrate(settings, migrations, {
      leaseSeconds: 1,
      waitMs: 0,
      runStatement: () => Promise.reject(new Error("killed")),
    });
    await expect(first).rejects.toThrow("killed");
    await sql`
      insert into migration_lease (name, owner, until)
      values ('schema', 'killed', clock_timestamp() + interval '1 second')
    `;
    const start = Date.now();

    expect(await migrate(settings, migrations)).toEqual(names);
    expect(Date.now() - start).toBeGreaterThan(900);
  });
});

describe("a migrator whose connection breaks", () => {
  test("goes on by itself, whichever reply was lost", async () => {
    const table = (name: string) => `create table if not exists ${name} (id text primary key)`;
    const few = [
      toMigration("0001_few.sql", `${table("bots")}; ${table("cats")}`),
      toMigration("0002_more.sql", `create index if not exists cats_by_id on cats (id)`),
    ];
    const start = proxy.passed();
    await migrate(throughProxy(), few);
    const all = proxy.passed() - start;
    const described = await describeSchema(sql);

    for (let count = 0; count < all; count += 1) {
      await empty();
      proxy.loseAfter(count);

      await migrate(throughProxy(), few);

      expect(await describeSchema(sql)).toEqual(described);
    }
    expect(all).toBeGreaterThan(15);
  });

  test("waits for a database that does not respond yet, as a paused one", async () => {
    const paused = await startTcpProxy(settings);
    onTestFinished(() => paused.close());
    paused.behave({ does: "silence" }, 1);

    expect(await migrate({ ...settings, port: paused.port }, migrations)).toEqual(names);
  });
});

describe("migrators that start together", () => {
  test.each([2, 10])("end with the same schema: %d of them", async (count) => {
    const completed = await Promise.all(
      Array.from({ length: count }, () => migrate(settings, migrations)),
    );

    expect(completed.flat()).toEqual(names);
    expect(await describeSchema(sql)).toEqual(wanted);
  });

  test.each([2, 10])(
    "end with the same schema when all of %d work at once, since a lease expires at once",
    async (count) => {
      await Promise.all(
        Array.from({ length: count }, () => migrate(settings, migrations, { leaseSeconds: 0 })),
      );

      expect(await describeSchema(sql)).toEqual(wanted);
    },
  );

  test("work one after the other while the lease is extended, and give it back", async () => {
    let running = 0;
    const runs = Array.from({ length: 2 }, () =>
      migrate(settings, migrations, {
        leaseSeconds: 1,
        async runStatement(sql, statement, extend) {
          running += 1;
          expect(running).toBe(1);
          // All of them take longer than the lease.
          await sleep(100);
          await sql.unsafe(statement);
          await extend();
          running -= 1;
        },
      }),
    );

    expect((await Promise.all(runs)).flat()).toEqual(names);
    expect(await sql`select owner from migration_lease`).toEqual([]);
  });

  test("do not repeat what another one completed while they waited for the lease", async () => {
    await migrate(settings, []);
    const lock = await sql.reserve();
    await lock`begin`;
    await lock`lock table migration_lease`;
    const statements: string[] = [];

    const waiting = migrate(settings, migrations, {
      runStatement: async (_, statement) => statements.push(statement),
    });
    await runningBackend(sql, "insert into migration_lease");
    for (const { name, checksum } of migrations) {
      await sql`insert into schema_migrations (name, checksum) values (${name}, ${checksum})`;
    }
    await lock`rollback`;
    lock.release();

    expect(await waiting).toEqual([]);
    expect(statements).toEqual([]);
  });

  test("leave what is complete complete, also when one comes back after its lease expired", async () => {
    const paused = Promise.withResolvers<void>();
    const resumed = Promise.withResolvers<void>();
    const late = migrate(throughProxy(), migrations, {
      leaseSeconds: 0,
      waitMs: 0,
      async runStatement(sql, statement) {
        paused.resolve();
        await resumed.promise;
        await sql.unsafe(statement);
      },
    });
    await paused.promise;
    await migrate(settings, migrations);
    // It ends after it has recorded its statement.
    proxy.loseAfter(1);
    resumed.resolve();

    await expect(late).rejects.toThrow();
    expect(await describeSchema(sql)).toEqual(wanted);
  });

  test("give up when another one works for longer than they wait", async () => {
    const holding = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const first = migrate(settings, migrations, {
      async runStatement(sql, statement) {
        started.resolve();
        await holding.promise;
        await sql.unsafe(statement);
      },
    });
    await started.promise;

    await expect(migrate(settings, migrations, { waitMs: 0 })).rejects.toThrow(
      "Another migrator is still working on this database.",
    );

    holding.resolve();
    expect(await first).toEqual(names);
  });
});

function throughProxy() {
  return { ...settings, port: proxy.port };
}

async function empty(): Promise<void> {
  await sql`drop schema public cascade`;
  await sql`create schema public`;
}

/** Lets the 30 seconds of a lease pass. */
async function expireLease(): Promise<void> {
  const [table] = await sql`select from pg_tables where tablename = 'migration_lease'`;
  if (table) await sql`update migration_lease set until = clock_timestamp() - interval '1 second'`;
}
