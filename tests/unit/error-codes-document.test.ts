import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { STATUS } from "../../functions/http/status.ts";

/** A row of a table in docs/errors.md: the code and its HTTP status. */
const ROW = /^\| `(?<code>\w+)` \| (?<status>\d{3}) \|/gm;

const document = await readFile(new URL("../../docs/errors.md", import.meta.url), "utf8");

test("docs/errors.md has one row for each error code, with its HTTP status", () => {
  const rows = [...document.matchAll(ROW)].map(({ groups }) => [
    groups?.code,
    Number(groups?.status),
  ]);

  expect(rows.sort()).toEqual(Object.entries(STATUS).sort());
});
