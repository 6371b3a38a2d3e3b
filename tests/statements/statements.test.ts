import { expect, inject, test } from "vitest";
import { readStatements } from "../support/statement-log.ts";
import { judge } from "./judge.ts";

test("every statement that Grantkeep sent in this run is one that PostgreSQL 15 to 18 and Aurora DSQL take", async () => {
  const log = inject("statementLog");
  if (log === undefined) throw new Error("Run this together with the project integration.");
  const refused: string[] = [];

  for (const statement of await readStatements(log)) {
    const reasons = await judge(statement);
    if (reasons.length > 0) refused.push([...reasons, statement].join("\n"));
  }

  expect(refused).toEqual([]);
});
