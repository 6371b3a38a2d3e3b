import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import catalogue from "./catalogue.json" with { type: "json" };
import { NOT_APPLICABLE } from "./not-applicable.ts";

/** The name of a test, which begins with the id of its row. */
const TEST_NAME = /["`]((?:AU|CB|CR|LK|WH)-\d{3}) /g;

/** The conventions hold the general assertions around every row of the suite that makes them. */
const MAKES_CONVENTIONS = /await createConventions\(/;

const FOLDER = new URL(".", import.meta.url);
const rows = Object.keys(catalogue);
const suites = await readSuites();
const tested = new Set(suites.flatMap(({ source }) => [...source.matchAll(TEST_NAME)].map(toId)));
const notApplicable = NOT_APPLICABLE.map(({ id }) => id);

/** The files with names of tests, and with the tables of names that suites share. */
async function readSuites() {
  const files = (await readdir(FOLDER)).filter((file) => /(\.test|-uris)\.ts$/.test(file));
  return Promise.all(
    files.map(async (file) => ({ file, source: await readFile(new URL(file, FOLDER), "utf8") })),
  );
}

function toId([, id = ""]: RegExpMatchArray): string {
  return id;
}

test("every row of the catalogue is tested, or says why it does not apply", () => {
  const missing = rows.filter((id) => !tested.has(id) && !notApplicable.includes(id));

  expect(missing).toEqual([]);
});

test("every suite with rows holds the general assertions around them", () => {
  const withRows = suites.filter(({ source }) => source.search(TEST_NAME) >= 0);
  const bare = withRows.filter(({ source }) => !MAKES_CONVENTIONS.test(source));

  expect(bare.map(({ file }) => file)).toEqual(["redirect-uris.ts"]);
});

test("no row is both tested and not applicable", () => {
  expect(notApplicable.filter((id) => tested.has(id))).toEqual([]);
});

test("no test and no exception is about a row that does not exist", () => {
  const known = new Set(rows);

  expect([...tested, ...notApplicable].filter((id) => !known.has(id))).toEqual([]);
  expect(new Set(notApplicable).size).toBe(notApplicable.length);
});
