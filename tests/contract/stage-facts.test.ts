import { randomBytes } from "node:crypto";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { checkDatabaseRole, TABLES } from "../../core/operations/stage-check/database-role.ts";
import { createDatabase } from "../../core/postgres/client.ts";
import type { ConnectionSettings } from "../../core/postgres/connection.ts";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { HISTORY_TABLE_NAMES } from "../../core/postgres/migration-history.ts";
import { createRoles } from "../../core/postgres/roles.ts";
import { createPostgresStageFacts } from "../../core/postgres/stage-facts.ts";
import { createEmptyDatabase } from "../support/database.ts";
import { setPassword } from "../support/database-user.ts";

const home = await createEmptyDatabase();
const { settings, sql } = home;
const password = randomBytes(12).toString("hex");
const stage = `test-${randomBytes(4).toString("hex")}`;
await migrate(settings, await readMigrations("migrations"));
await sql`create role rds_iam`.catch(() => {});
const { writer, reader } = await createRoles(settings, { stage, login: "rds" });
for (const name of [writer, reader]) await setPassword(sql, name, password);

afterAll(async () => {
  for (const name of [writer, reader]) {
    await sql`drop owned by ${sql(name)} cascade`;
    await sql`drop role ${sql(name)}`;
  }
  await home.drop();
});

function factsAs(username?: string) {
  const login: ConnectionSettings =
    username === undefined
      ? settings
      : { ...settings, credentials: async () => ({ username, password }) };
  const database = createDatabase(async () => login);
  onTestFinished(() => database.close());
  return createPostgresStageFacts(database);
}

const iam = { iamUser: writer };

describe("the check of the database role", () => {
  test("names all tables that functions use", async () => {
    const rows = await sql<{ name: string }[]>`
      select tablename::text as name from pg_tables where schemaname = 'public' order by tablename
    `;
    const tables = rows.map(({ name }) => name);

    expect([...TABLES]).toEqual(tables.filter((name) => !HISTORY_TABLE_NAMES.includes(name)));
  });

  test("finds the role of the stage in order, as the migrator makes it", async () => {
    expect(await checkDatabaseRole(factsAs(writer), iam, writer)).toMatchObject({ status: "ok" });
  });

  test("names another role than that of the stage", async () => {
    const check = await checkDatabaseRole(factsAs(writer), iam, "grantkeep_other");

    expect(check).toMatchObject({ status: "problem" });
    expect(check.summary).toBe(`The functions log in as ${writer}, and not as grantkeep_other.`);
  });

  test("names the tables on which the role lacks a right", async () => {
    const check = await checkDatabaseRole(factsAs(reader), { iamUser: reader }, reader);

    expect(check).toMatchObject({ status: "problem", action: expect.stringContaining("migrate") });
    expect(check.summary).toContain("consumed_states, deliveries");
  });

  test("warns of a role that may do more than the functions need", async () => {
    await sql`grant references on outbox to ${sql(writer)}`;
    onTestFinished(async () => {
      await sql`revoke references on outbox from ${sql(writer)}`;
    });

    expect(await checkDatabaseRole(factsAs(writer), iam, writer)).toMatchObject({
      status: "warning",
    });
  });

  test("says that no role was made for a login with a URL", async () => {
    const check = await checkDatabaseRole(factsAs(), { iamUser: undefined }, writer);

    expect(check).toMatchObject({ status: "ok", summary: expect.stringContaining("with a URL") });
  });
});

test("the keys of open links, waiting requests and the outbox are counted, and of no others", async () => {
  await sql`
    insert into install_links (id, intent, expires_at, used_at) values
      ('link-00000000000000000000000000000001', 'v1.k-open.A', now() + interval '1 day', null),
      ('link-00000000000000000000000000000002', 'v1.k-used.A', now() + interval '1 day', now()),
      ('link-00000000000000000000000000000003', 'v1.k-past.A', now() - interval '1 day', null)
  `;
  await sql`
    insert into waiting_requests (id, platform, account_id, requester_id, intent, expires_at)
    values ('req-00000000000000000000000000000001', 'github', '1', '2', 'v1.k-open.A', now() + interval '1 day')
  `;
  await sql`
    insert into outbox (id, event, stored_at, next_try_at) values ('github:1', 'v1.k-sent.A', now(), now())
  `;

  expect(await factsAs(writer).countStateKeys()).toEqual(
    new Map([
      ["k-open", 2],
      ["k-sent", 1],
    ]),
  );
});

test("the last webhook of each platform is found, and the newest active installation", async () => {
  await sql`
    insert into deliveries (id, platform, event, claimed_by, claimed_until, received_at) values
      ('slack:1', 'slack', 'message', 'a', now(), '2026-11-01T00:00:00Z'),
      ('slack:2', 'slack', 'message', 'a', now(), '2026-11-02T00:00:00Z')
  `;

  expect(await factsAs(writer).listTraffic(["slack", "jira"])).toEqual([
    { platform: "slack", installedAt: null, heardAt: new Date("2026-11-02T00:00:00Z") },
    { platform: "jira", installedAt: null, heardAt: null },
  ]);
});
