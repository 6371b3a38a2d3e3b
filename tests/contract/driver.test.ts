import type { Sql } from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createDatabase, transaction } from "../../core/postgres/client.ts";
import { connect } from "../../core/postgres/connection.ts";
import { createEmptyDatabase } from "../support/database.ts";

/**
 * Aurora DSQL refuses a transaction that collides with another at its commit, after every statement has
 * succeeded. postgres.js up to 3.4.7 resolved there: two callers would each believe that they hold a lease.
 */
const { settings, sql: owner, drop } = await createEmptyDatabase();
const LIMITS = {
  statement_timeout: 5_000,
  lock_timeout: 5_000,
  idle_in_transaction_session_timeout: 5_000,
};
const client = await connect(settings, LIMITS);

beforeAll(async () => {
  await owner`create table leases (id text primary key, owner text)`;
  await owner`create sequence refusals minvalue -1000`;
  await owner`
    create function refuse() returns trigger language plpgsql as $$
      begin
        if nextval('refusals') <= 0 then
          raise exception 'change conflicts with another transaction (OC000)' using errcode = '40001';
        end if;
        return null;
      end
    $$
  `;
  await owner`
    create constraint trigger refuse after insert or update or delete on leases
      deferrable initially deferred for each row execute function refuse()
  `;
});

beforeEach(async () => {
  await refuseCommits(0);
  await owner`delete from leases`;
  await owner`insert into leases (id) values ('a')`;
});

afterAll(async () => {
  await client.end({ timeout: 1 });
  await drop();
});

const take = (sql: Sql) => sql`update leases set owner = 'me' where id = 'a' returning owner`;

describe("a commit that the server refuses", () => {
  test.each<[string, (sql: Sql) => Promise<unknown>]>([
    ["an update that returns rows", take],
    ["an update", (sql) => sql`update leases set owner = 'me' where id = 'a'`],
    ["an insert", (sql) => sql`insert into leases (id, owner) values (${"b"}, 'me')`],
    ["a delete", (sql) => sql`delete from leases where id = ${"a"} returning id`],
    ["a statement by the simple protocol", (sql) => sql.unsafe("update leases set owner = 'me'")],
    [
      "a prepared statement",
      (sql) => sql.unsafe("update leases set owner = $1 where id = 'a'", ["me"], { prepare: true }),
    ],
    ["a transaction", (sql) => sql.begin((sql) => sql`update leases set owner = 'me'`)],
    ["a transaction of client.ts", (sql) => transaction(sql, (sql) => sql`delete from leases`)],
  ])("rejects %s, and nothing is stored", async (_, work) => {
    await refuseCommits(1);

    await expect(work(client.sql)).rejects.toMatchObject({
      name: "PostgresError",
      code: "40001",
    });

    expect(await owner`select id, owner from leases`).toEqual([{ id: "a", owner: null }]);
    await expect(work(client.sql)).resolves.toBeDefined();
  });

  test("is tried again until it is accepted", async () => {
    const database = createDatabase(async () => settings);
    await refuseCommits(3);
    let attempts = 0;

    const rows = await database.run((sql) => {
      attempts += 1;
      return take(sql);
    });

    expect(rows).toEqual([{ owner: "me" }]);
    expect(attempts).toBe(4);
    await database.close();
  });
});

/** Refuses the next commits that write, of any session. */
async function refuseCommits(count: number): Promise<void> {
  await owner`select setval('refusals', ${-count})`;
}
