import { expect, test } from "vitest";
import { readMigrations } from "../../core/postgres/migrate.ts";
import { splitStatements } from "../../core/postgres/sql-statements.ts";
import { judgeMigration } from "../statements/judge.ts";

const migrations = await readMigrations("migrations");
const statements = migrations.flatMap(({ name, sql }) =>
  splitStatements(sql).map((text) => [name, text.split("\n", 1)[0], text] as const),
);

test.each(statements)(
  "%s: PostgreSQL 15 to 18 and Aurora DSQL take this statement, and it can run twice: %s",
  async (_name, _line, statement) => {
    expect(await judgeMigration(statement)).toEqual([]);
  },
);

test("migrations are numbered without a gap", () => {
  const numbers = migrations.map(({ name }) => Number(name.slice(0, 4)));

  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});
