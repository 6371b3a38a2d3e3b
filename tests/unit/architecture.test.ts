import { glob, readFile } from "node:fs/promises";
import { matchesGlob } from "node:path";
import { describe, expect, test } from "vitest";
import { findCircle, type Import, parseImports, readImports } from "../support/import-graph.ts";

const PRODUCT = ["core", "functions", "infra", "cli", "local", "emulators"];
const imports = readImports([...PRODUCT, "tests", "bench", "docs"]);

const USE_CASES = "core/{install,installations,operations,tokens,webhooks}/**";
const ADAPTERS = "core/{postgres,providers}/**";
const HANDLERS = "functions/{*,install-links/*,installations/*,webhooks/*}.ts";

/** Returns the imports of files that match one pattern to files that match another. */
function between(from: string, to: string, chosen: readonly Import[] = imports): string[] {
  return chosen
    .filter((one) => matchesGlob(one.from, from) && matchesGlob(one.to, to))
    .map((one) => `${one.from} imports ${one.to}`);
}

describe("the imports", () => {
  test("of a port are no use case and no adapter", () => {
    expect(between("core/ports/**", `{${USE_CASES},${ADAPTERS}}`)).toEqual([]);
  });

  test("of a provider are no use case", () => {
    expect(between("core/providers/**", USE_CASES)).toEqual([]);
  });

  test("of a PostgreSQL adapter are no use case", () => {
    expect(between("core/postgres/**", USE_CASES)).toEqual([]);
  });

  test("of the core stay in the core", () => {
    expect(between("core/**", "!(core)/**")).toEqual([]);
  });

  test("of the functions are the functions and the core", () => {
    expect(between("functions/**", "!(functions|core)/**")).toEqual([]);
  });

  test("of the emulators stay in the emulators", () => {
    expect(between("emulators/**", "!(emulators)/**")).toEqual([]);
  });

  test("are of no handler, except when it is loaded to be invoked", () => {
    const atStart = imports.filter(({ isDynamic }) => !isDynamic);

    expect(between("**", HANDLERS, atStart)).toEqual([]);
  });

  test("are found by one module of the command, because the package has other folders", async () => {
    const files: string[] = [];
    for await (const file of glob("{cli,console,local}/**/*.{ts,mjs}")) {
      if ((await readFile(file, "utf8")).includes("import.meta")) files.push(file);
    }

    // A module of npm is found from where the command is, in both.
    expect(files.sort()).toEqual(["cli/node-version.mjs", "local/folders.ts"]);
  });

  test("make no circle", () => {
    const product = imports.filter(({ from }) => !matchesGlob(from, "{tests,bench,docs}/**"));

    expect(findCircle(product)?.join(" imports ")).toBeUndefined();
  });
});

describe("the reader of imports", () => {
  test("sees plain, type, side-effect, multi-line, exported and dynamic imports", () => {
    const source = `
      import { one } from "./one.ts";
      import type { Two } from "../two.ts";
      import "./three.ts";
      import {
        four,
        type Five,
      } from "../a/four.ts";
      export { six } from "./six.ts";
      import * as v from "valibot";
      const seven = await import("./seven.ts");
    `;

    expect(parseImports("core/a/zero.ts", source)).toEqual([
      { from: "core/a/zero.ts", to: "core/a/one.ts", isDynamic: false },
      { from: "core/a/zero.ts", to: "core/two.ts", isDynamic: false },
      { from: "core/a/zero.ts", to: "core/a/three.ts", isDynamic: false },
      { from: "core/a/zero.ts", to: "core/a/four.ts", isDynamic: false },
      { from: "core/a/zero.ts", to: "core/a/six.ts", isDynamic: false },
      { from: "core/a/zero.ts", to: "core/a/seven.ts", isDynamic: true },
    ]);
  });

  test("reads every folder", () => {
    const folders = new Set(imports.map(({ from }) => from.split("/")[0]));

    expect([...folders].sort()).toEqual([...PRODUCT, "tests", "bench", "docs"].sort());
  });

  test("finds a circle, and none where two ways lead to one file", () => {
    const of = (...pairs: string[]) =>
      pairs.map((pair) => ({ from: pair.charAt(0), to: pair.charAt(1), isDynamic: false }));

    expect(findCircle(of("ab", "bc", "ca"))).toEqual(["a", "b", "c", "a"]);
    expect(findCircle(of("ab", "ac", "bd", "cd"))).toBeUndefined();
  });
});
