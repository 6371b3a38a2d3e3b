import { writeFile } from "node:fs/promises";
import { expect, inject, test } from "vitest";
import { readStatements as readRehearsed } from "../../core/postgres/rehearsal.ts";
import { readStatements } from "../support/statement-log.ts";

const FOLDER = "migrations";

/** Statements of a migrator or of a test, which no deployed function sends. */
const NOT_OF_FUNCTIONS =
  /^(?!(?:\( )?(?:select |insert |update |delete |with ))|schema_migrations|migration_lease|information_schema|\bpg_|\bsys\.jobs/i;

/** The literal size of a page, so that the planner knows it. A limit of one row is part of the statement. */
const LIMIT = / limit (?!1\b)\d+\b/g;
const LIST = / in \(\$\d+(?:,\s*\$\d+)*\)/g;

/** An update whose assignments depend on what an operator changes. */
const UPDATE = /^(?<start>update \w+ set )(?<assignments>.*?)(?<end> where .*)$/;

test("every statement that Grantkeep sent in this run is one that a deploy rehearses", async () => {
  const log = inject("statementLog");
  if (log === undefined) throw new Error("Run this together with the project integration.");
  const texts = [...(await readStatements(log))].map(normalize);
  const sent = [...new Set(texts)].filter((text) => !NOT_OF_FUNCTIONS.test(text)).sort();
  if (process.env.WRITE_STATEMENTS) {
    await writeFile(`${FOLDER}/statements.json`, `${JSON.stringify(sent, null, 2)}\n`);
  }

  const rehearsed = new Set((await readRehearsed(FOLDER)).flatMap(partsOf));
  const missing = sent.filter((text) => partsOf(text).some((part) => !rehearsed.has(part)));

  // After a change of a statement: WRITE_STATEMENTS=1 npm test
  expect(missing).toEqual([]);
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

/** Returns what must be rehearsed: the statement, or each assignment of an update and what is around them. */
function partsOf(text: string): string[] {
  const update = UPDATE.exec(text.replace(/\$\d+/g, "$"))?.groups;
  if (!update) return [text];
  const { start = "", assignments = "", end = "" } = update;
  return [...assignments.split(", ").map((part) => start + part), start + end];
}
