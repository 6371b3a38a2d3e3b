import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import catalogue from "./catalogue.json" with { type: "json" };

/** The ids with which the name of a test begins, and those in the tables of names that tests are made from. */
const IDS = /["`]((?:F-\d{2} )+)/g;

// Where the catalogue's words are not ours: UPSTREAM_INVALID is provider_error, and a hanging platform's
// RETRY_LATER is provider_unavailable; a list reads no sealed column, so it is whole and flags nothing.
const FOLDER = new URL(".", import.meta.url);
const rows = Object.keys(catalogue);
const tested = await readTestedRows();

async function readTestedRows(): Promise<Set<string>> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".test.ts"));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, FOLDER), "utf8")));
  return new Set(
    sources.flatMap((source) =>
      [...source.matchAll(IDS)].flatMap(([, ids = ""]) => ids.trim().split(" ")),
    ),
  );
}

test("every fault of the catalogue is injected here", () => {
  expect(rows.filter((id) => !tested.has(id))).toEqual([]);
});

test("no test is about a fault that the catalogue does not have", () => {
  expect([...tested].filter((id) => !rows.includes(id))).toEqual([]);
});
