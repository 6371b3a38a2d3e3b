import { createHash } from "node:crypto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrate, readMigrations } from "../../core/postgres/migrate.ts";
import { readStatements, rehearse } from "../../core/postgres/rehearsal.ts";
import { createEmptyDatabase, type TestDatabase } from "../support/database.ts";
// The migrations, with the SHA-256 of their files, that the first tarball has, and that the commit before it deployed.
import recorded from "./recorded-migrations.json" with { type: "json" };

const migrations = await readMigrations("migrations");
const before = migrations.filter(({ name }) => name in recorded);

let database: TestDatabase;

beforeEach(async () => {
  database = await createEmptyDatabase();
});

afterEach(() => database.drop());

test("no migration of an earlier release was changed or removed", () => {
  const now = before.map(({ name, sql }) => [name, createHash("sha256").update(sql).digest("hex")]);

  expect(Object.fromEntries(now)).toEqual(recorded);
});

test("a database of an earlier release is migrated with its rows, and takes every statement", async () => {
  const { sql, settings } = database;
  await migrate(settings, before);
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration,
      access_token, webhook_secret, installed_by
    ) values (
      ${`inst-${"0".repeat(32)}`}, 'slack', 'T0ACME', 'Acme', 'slack_bot', 'client-1', 'v1.k1.r',
      'v1.k1.a', 'v1.k1.b', 'somebody'
    )
  `;
  const [row] = await sql`select * from installations`;

  const applied = await migrate(settings, migrations);

  const later = migrations.filter(({ name }) => !(name in recorded));
  expect(applied).toEqual(later.map(({ name }) => name));
  expect(await sql`select * from installations`).toEqual([expect.objectContaining(row)]);
  await rehearse(settings, await readStatements("migrations"));
});
