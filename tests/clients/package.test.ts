import { execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import * as esm from "@grantkeep/client";
import { build } from "esbuild";
import { describe, expect, test } from "vitest";
import { readClientCases } from "../support/client-cases.ts";
import { runClientCase } from "../support/run-client-case.ts";

const PACKAGE = path.join(import.meta.dirname, "node_modules/@grantkeep/client");
const MAX_CORE_BYTES = 10_000;
const SUBPATHS = ["", "/octokit", "/slack", "/jira", "/mcp", "/events"];

const manifest = JSON.parse(await readFile(path.join(PACKAGE, "package.json"), "utf8"));

/** Runs a program in a folder of its own, as a bot would be. */
function run(program: string, type: "module" | "commonjs"): string {
  return execFileSync(process.execPath, [`--input-type=${type}`, "--eval", program], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
}

describe.each(readClientCases())("the packed client: $topic", ({ cases }) => {
  test.each(cases)("$name", async (testCase) => {
    expect.hasAssertions();
    await runClientCase(esm, testCase);
  });
});

test("the package depends on nothing, and has no side effects", () => {
  expect(manifest).not.toHaveProperty("dependencies");
  expect(Object.keys(manifest.peerDependencies)).toEqual(["@aws-sdk/client-lambda"]);
  expect(manifest.sideEffects).toBe(false);
});

test("the minified core is smaller than 10 KB", async () => {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "@grantkeep/client"', resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    platform: "node",
    format: "esm",
    external: ["@aws-sdk/*"],
  });

  expect(outputFiles[0]?.contents.byteLength).toBeLessThan(MAX_CORE_BYTES);
});

test.each(SUBPATHS)("@grantkeep/client%s is imported and required", (subpath) => {
  const name = `@grantkeep/client${subpath}`;
  const print = "process.stdout.write(Object.keys(client).sort().join())";

  const imported = run(`import * as client from "${name}"; ${print}`, "module");
  const required = run(`const client = require("${name}"); ${print}`, "commonjs");

  expect(imported).not.toBe("");
  expect(required).toBe(imported);
});

test("an error of one build is an error of its class in the other's code by its code", () => {
  const program = `
    const { createGrantkeep, GrantkeepError } = require("@grantkeep/client");
    const client = { send: async () => ({ Payload: Buffer.from("null") }) };
    createGrantkeep({ functionName: "f", client })
      .token({ installationId: "inst-1" })
      .catch((error) => process.stdout.write(String(error instanceof GrantkeepError) + error.code));
  `;

  expect(run(program, "commonjs")).toBe("trueunexpected_response");
});
