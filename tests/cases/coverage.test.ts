import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import catalogue from "./catalogue.json" with { type: "json" };
import { NOT_APPLICABLE } from "./not-applicable.ts";

/** The name of a test, which begins with the id of its row. */
const TEST_NAME = /["`]((?:AU|CB|CR|LK|WH)-\d{3}) /g;

const FOLDER = new URL(".", import.meta.url);
const rows = Object.keys(catalogue);
const tested = await readTestedRows();
const notApplicable = NOT_APPLICABLE.map(({ id }) => id);

/** The ids in the names of tests, and in the tables of names that suites share. */
async function readTestedRows(): Promise<Set<string>> {
  const files = (await readdir(FOLDER)).filter((file) => /(\.test|-uris)\.ts$/.test(file));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, FOLDER), "utf8")));
  return new Set(sources.flatMap((source) => [...source.matchAll(TEST_NAME)].map(toId)));
}

function toId([, id = ""]: RegExpMatchArray): string {
  return id;
}

test("every row of the catalogue is tested, or says why it does not apply", () => {
  const missing = rows.filter((id) => !tested.has(id) && !notApplicable.includes(id));

  expect(missing).toEqual([]);
});

test("no row is both tested and not applicable", () => {
  expect(notApplicable.filter((id) => tested.has(id))).toEqual([]);
});

test("no test and no exception is about a row that does not exist", () => {
  const known = new Set(rows);

  expect([...tested, ...notApplicable].filter((id) => !known.has(id))).toEqual([]);
  expect(new Set(notApplicable).size).toBe(notApplicable.length);
});
