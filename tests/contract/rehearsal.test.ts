import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { HOT, readStatements, rehearse } from "../../core/postgres/rehearsal.ts";
import { createEmptyDatabase } from "../support/database.ts";

const { settings, sql, drop } = await createEmptyDatabase();
const statements = await readStatements("migrations");

beforeAll(async () => {
  await migrate(settings, await readMigrations("migrations"));
});

afterAll(drop);

async function countRows(): Promise<number> {
  const tables = await sql<{ name: string }[]>`
    select tablename::text as name from pg_tables where schemaname = 'public'
  `;
  const counts = await Promise.all(
    tables.map(async ({ name }) => (await sql`select from ${sql(name)}`).count),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Enough rows for the plan of a statement to matter. */
async function insertRows(): Promise<void> {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, provider_installation_id, client_id,
      registration, access_token, webhook_secret, installed_by
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'), 'github', n::text, n::text, 'github_app', n::text, 'client',
      'v1.x', 'v1.x', 'v1.x', 'mia'
    from generate_series(1, 5000) as n
  `;
  await sql`analyze installations`;
}

describe("the rehearsal of a deploy", () => {
  test("runs every statement on the schema that the migrations make, and changes nothing", async () => {
    const before = await countRows();

    await rehearse(settings, statements);

    expect(await countRows()).toBe(before);
  });

  test.each([
    ["a function", "select not_a_function($1) from installations", "42883"],
    ["a column", "update installations set not_a_column = $1 where id = $2", "42703"],
    ["its grammar", "select id from installations where where id = $1", "42601"],
  ])("fails when the engine does not take %s, and shows the statement", async (_, text, code) => {
    const run = rehearse(settings, [...statements, text]);

    await expect(run).rejects.toThrow(`${code}: ${text}`);
  });

  test("fails when a lookup would not find its row by the index that is for it", async () => {
    await insertRows();
    await rehearse(settings, statements);
    await sql`alter table installations drop constraint installations_pkey`;
    onTestFinished(async () => {
      await sql`alter table installations add primary key (id)`;
    });

    await expect(rehearse(settings, statements)).rejects.toThrow(
      /does not use installations_pkey: select /,
    );
  });

  test.each(HOT)("reads the plan of a statement like $pattern", ({ pattern }) => {
    expect(statements.filter((text) => pattern.test(text)).length).toBeGreaterThan(0);
  });
});
