import { expect, inject, test } from "vitest";
import { readStatements } from "../support/statement-log.ts";

/** Statements of a migrator or of a test, which no deployed function sends. */
const NOT_OF_FUNCTIONS =
  /^(?!select |insert |update |delete |with )|schema_migrations|migration_lease|information_schema|\bpg_|\bsys\.jobs/i;

/** A literal, so that the planner knows it. */
const LIMIT = / limit \d+\b/g;
const LIST = / in \(\$\d+(?:,\s*\$\d+)*\)/g;

test("every statement that Grantkeep sent in this run is one that a deploy rehearses", async () => {
  const log = inject("statementLog");
  if (log === undefined) throw new Error("Run this together with the project integration.");
  const texts = [...(await readStatements(log))].map(normalize);
  const sent = [...new Set(texts)].filter((text) => !NOT_OF_FUNCTIONS.test(text)).sort();

  // After a change of a statement: npm test -- -u
  await expect(`${JSON.stringify(sent, null, 2)}\n`).toMatchFileSnapshot(
    "../../migrations/statements.json",
  );
});

/** Returns a text with one line, and with one parameter in each list, whose length depends on the call. */
function normalize(text: string): string {
  const line = text
    .trim()
    .replace(/\s+/g, " ")
    .replace(LIST, " in ($0)")
    .replace(LIMIT, " limit 101");
  let count = 0;
  return line.replace(/\$\d+/g, () => {
    count += 1;
    return `$${count}`;
  });
}
