import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import * as v from "valibot";
import { expect, test } from "vitest";
import catalogue from "./catalogue.json" with { type: "json" };

/** A fault, what must hold under it, and the files of its tests if they are not in this folder. */
const Row = v.strictObject({
  fault: v.string(),
  expect: v.string(),
  tests: v.optional(v.pipe(v.array(v.string()), v.minLength(1))),
});

/** The ids with which the name of a test begins, and those in the tables of names that tests are made from. */
const IDS = /["`]((?:(?:F-\d{2}|(?:CB|LK)-\d{3}|[A-F]\d{1,2}) )+)/g;
/** An id of another catalogue, of a finding that has no row here. */
const FOREIGN_ID = /^(?:(?:CB|LK)-\d{3}|D1)$/;

/** Modifiers by which a test does not run, or cannot fail. */
const NOT_RUN = /\b(?:test|describe)(?:\.\w+)*\.(?:skip|skipIf|runIf|todo|fails|only)\b/;

// Where the catalogue's words are not ours: UPSTREAM_INVALID is provider_error, and a hanging platform's
// RETRY_LATER is provider_unavailable; a list reads no sealed column, so it is whole and flags nothing.
const FOLDER = "tests/faults";
const ROOT = path.resolve(import.meta.dirname, "../..");
const rows = Object.entries(v.parse(v.record(v.string(), Row), catalogue));
const here = (await readdir(path.join(ROOT, FOLDER)))
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => `${FOLDER}/${file}`);
const named = rows.flatMap(([, { tests = [] }]) => tests);
const sources = new Map(
  await Promise.all(
    [...here, ...named].map(async (file) => {
      return [file, await readFile(path.join(ROOT, file), "utf8")] as const;
    }),
  ),
);

function idsIn(file: string): string[] {
  const found = [...(sources.get(file) ?? "").matchAll(IDS)];
  return found.flatMap(([, ids = ""]) => ids.trim().split(" "));
}

test("every fault of the catalogue is injected here, or in each of the files that its row names", () => {
  const missing = rows.flatMap(([id, { tests }]) => {
    if (!tests) return here.some((file) => idsIn(file).includes(id)) ? [] : [id];
    return tests.filter((file) => !idsIn(file).includes(id)).map((file) => `${id} in ${file}`);
  });

  expect(missing).toEqual([]);
});

test("every file that a row names is run by `npm test`", () => {
  const SUITES = /^tests\/(?:unit|contract|e2e|cases|races|cli|local|emulators)\/[\w-]+\.test\.ts$/;

  expect(named.filter((file) => !SUITES.test(file))).toEqual([]);
});

test("no test of the catalogue is skipped", () => {
  const skipping = [...sources].filter(([, source]) => NOT_RUN.test(source));

  expect(skipping.map(([file]) => file)).toEqual([]);
});

test("no test is about a fault that the catalogue does not have", () => {
  const known = new Set(rows.map(([id]) => id));
  const ids = here.flatMap(idsIn).filter((id) => !FOREIGN_ID.test(id));

  expect(ids.filter((id) => !known.has(id))).toEqual([]);
});
