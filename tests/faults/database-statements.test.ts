import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createDatabase, transaction } from "../../core/postgres/client.ts";
import { importInstallation } from "../cases/imported.ts";
import { startSandboxedStack } from "../support/sandboxed-stack.ts";
import { fatal } from "../support/server-error.ts";
import { callApi } from "../support/stack.ts";
import { repeat } from "./figures.ts";

const SANDBOXES = 10;
const HALF = SANDBOXES / 2;
const WRITERS = 50;
const MAX_TRIES = 8;

const stack = await startSandboxedStack({ sandboxes: SANDBOXES });
const { proxy, lookups } = stack;
const { sql, settings } = stack.database;
const database = createDatabase(async () => settings);
let id = "";

beforeAll(async () => {
  id = await importInstallation(stack);
});

afterEach(async () => {
  proxy.behave({ does: "pass" });
  stack.use(stack.sandboxes);
  await sql`drop trigger if exists fault on installations`;
});

afterAll(() => database.close());

/** The response to an API request, and whether it has a `Retry-After`. */
async function answerOf(method: string, path: string, body?: unknown) {
  const { status, headers } = await callApi(stack, method, path, body);
  return { status, mayRetry: headers.has("retry-after") };
}

/** Has every write to an installation do something first. */
async function addTrigger(body: string): Promise<void> {
  await sql.unsafe(`
    create or replace function fault() returns trigger language plpgsql
      as $$ begin ${body} return new; end $$;
    create trigger fault before insert or update on installations
      for each row execute function fault();
  `);
}

test("F-14 a table that somebody else has locked: every request is 503 within 2 s, and good once it is free", async () => {
  const release = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const holding = sql.begin(async (sql) => {
    await sql`lock table installations in access exclusive mode`;
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  stack.takeTimes();

  // A sandbox has one request at a time.
  stack.use(stack.sandboxes.slice(HALF));
  const [lists, found] = await Promise.all([
    Promise.all(lookups.slice(HALF).map(() => answerOf("GET", "/installations"))),
    Promise.all(lookups.slice(0, HALF).map((one) => one.lookUp({ installation_id: id }))),
  ]);
  const listTimes = stack.takeTimes();
  release.resolve();
  await holding;

  const results = found.flat();
  expect(lists).toEqual(Array(HALF).fill({ status: 503, mayRetry: true }));
  expect(results.map((result) => !result.ok && result.code)).toEqual(
    Array(HALF).fill("retry_later"),
  );
  const times = [...listTimes, ...results.map(({ milliseconds }) => milliseconds)];
  expect(Math.max(...times)).toBeLessThan(2_000);
  expect((await answerOf("GET", "/installations")).status).toBe(200);
});

test("F-14 a statement that does not end: 503 within 2 s, and nothing of it is done", async () => {
  await addTrigger("perform pg_sleep(20);");
  stack.takeTimes();

  const answer = await answerOf("PATCH", `/installations/${id}`, { organization_name: "slow" });

  expect(answer).toEqual({ status: 503, mayRetry: true });
  expect(Math.max(...stack.takeTimes())).toBeLessThan(2_000);
  const [row] = await sql`select organization_name as name from installations where id = ${id}`;
  expect(row?.name).not.toBe("slow");
});

test("F-16 a transaction that is ended because it paused is taken back, and all of it runs again", async () => {
  await sql`create table entries (name text)`;
  let attempts = 0;

  await database.run((outer) =>
    transaction(outer, async (inner) => {
      attempts += 1;
      await inner`set local idle_in_transaction_session_timeout = '300ms'`;
      await inner`insert into entries values ('first')`;
      if (attempts === 1) await sleep(500);
      await inner`insert into entries values ('second')`;
    }),
  );

  expect(attempts).toBe(2);
  expect(await sql`select name from entries`).toEqual([{ name: "first" }, { name: "second" }]);
});

test("F-18 a server that is starting for a second and a half: every request waits for it, and is answered", async () => {
  const rounds = await repeat(2, async () => {
    proxy.behave({ does: "answer", bytes: fatal("57P03") });
    proxy.reset();
    const found = lookups.map((one) => one.lookUp({ installation_id: id }));
    await sleep(1_500);
    proxy.behave({ does: "pass" });
    return (await Promise.all(found)).flat();
  });

  const results = rounds.flat();
  expect(results.filter(({ ok }) => ok)).toHaveLength(2 * SANDBOXES);
  expect(Math.min(...results.map(({ milliseconds }) => milliseconds))).toBeGreaterThan(1_400);
});

test("F-18 a server that goes on starting: every request is 503 at its deadline", async () => {
  proxy.behave({ does: "answer", bytes: fatal("57P03") });
  proxy.reset();
  stack.takeTimes();

  const answers = await Promise.all(lookups.map(() => answerOf("GET", "/installations")));

  const times = stack.takeTimes();
  expect(answers).toEqual(Array(SANDBOXES).fill({ status: 503, mayRetry: true }));
  expect(Math.min(...times)).toBeGreaterThan(1_500);
  expect(Math.max(...times)).toBeLessThan(2_600);
});

test("F-20 50 writers of one row, each of which collides twice: all succeed within 8 tries, no update is lost", async () => {
  const names = Array.from({ length: WRITERS }, (_, index) => `writer_${index}`);
  for (const name of names) await sql`create sequence ${sql(name)}`;
  await addTrigger("if nextval(new.organization_name) < 3 then raise sqlstate '40001'; end if;");
  const version = await readVersion();

  const answers = await Promise.all(
    names.map((name) =>
      answerOf("PATCH", `/installations/${id}`, {
        organization_name: name,
        access_token: `gho_TOKENOF${name}`,
      }),
    ),
  );

  const tries = await Promise.all(
    names.map(async (name) => {
      const [row] = await sql<[{ tries: number }?]>`
        select last_value::int as tries from ${sql(name)}
      `;
      return row?.tries;
    }),
  );
  expect(answers.map(({ status }) => status)).toEqual(Array(WRITERS).fill(200));
  expect(Math.max(...tries.map((count) => count ?? Infinity))).toBeLessThanOrEqual(MAX_TRIES);
  expect(Math.min(...tries.map((count) => count ?? 0))).toBe(3);
  expect((await readVersion()) - version).toBe(WRITERS);
});

async function readVersion(): Promise<number> {
  const [row] = await sql<[{ version: number }?]>`
    select token_version::int as version from installations where id = ${id}
  `;
  return row?.version ?? Number.NaN;
}
