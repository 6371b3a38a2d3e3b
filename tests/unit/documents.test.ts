import { existsSync } from "node:fs";
import { glob, readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { overridableSettings } from "../../core/configuration/variables.ts";
import { PLATFORM_NAMES } from "../../core/platforms.ts";
import { generateDocuments } from "../../docs/generate/documents.ts";
import { anchorOf } from "../../docs/generate/markdown.ts";
import { NOTED } from "../../docs/generate/notes.ts";
import { HTTP_CONTRACT } from "../../functions/http/contract.ts";
import { INVOKE_CONTRACT } from "../../functions/invoke/contract.ts";
import type { Access } from "../../infra/function-definition.ts";
import { functionTable } from "../../infra/function-table.ts";

const ROOT = new URL("../../", import.meta.url);
const LINK = /\]\((?<target>[^()\s]+)\)/g;
/** The name of an environment variable, as the key of a schema or in quotes. */
const VARIABLE = /\b[A-Z]{2,}(?:_[A-Z]+)+(?=:|")/g;
const FENCED = /^( *)```[\s\S]*?^\1```$/gm;

const names = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "bench/README.md",
  "clients/python/README.md",
  "emulators/README.md",
  ...PLATFORM_NAMES.map((name) => `emulators/${name}/README.md`),
];
const docs = await readdir(new URL("docs/", ROOT));
const files = [
  ...names,
  ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`),
];
const documents = new Map<string, string>();
for (const file of files) documents.set(file, await readFile(new URL(file, ROOT), "utf8"));

/** Returns the anchors that GitHub gives the headings of a document. */
function anchorsOf(document: string): string[] {
  const headings = document.replace(FENCED, "").matchAll(/^#+ (?<text>.+)$/gm);
  return [...headings].map(({ groups }) => anchorOf(groups?.text ?? ""));
}

function isDead(file: string, target: string): boolean {
  const url = new URL(target, new URL(file, ROOT));
  if (url.protocol !== "file:") return false;
  const anchor = url.hash.slice(1);
  url.hash = "";
  if (!existsSync(url)) return true;
  const document = documents.get(url.href.slice(ROOT.href.length));
  return anchor !== "" && document !== undefined && !anchorsOf(document).includes(anchor);
}

test.each([...documents])(
  "every link of %s leads to a file and a heading that exist",
  (file, text) => {
    const links = [...text.replace(FENCED, "").matchAll(LINK)].map(
      ({ groups }) => groups?.target ?? "",
    );

    expect(links.filter((target) => isDead(file, target))).toEqual([]);
  },
);

test("README.md has at most 150 lines", () => {
  const lines = documents.get("README.md")?.trimEnd().split("\n");

  expect(lines?.length).toBeLessThanOrEqual(150);
});

test("docs/api.md and the tables that are generated match the contracts", async () => {
  for (const { url, text } of await generateDocuments()) {
    expect(await readFile(url, "utf8"), "run npm run docs:api").toBe(text);
  }
});

test("every note of docs/api.md is about a route or a function that exists", () => {
  const names = [...Object.keys(HTTP_CONTRACT), ...Object.keys(INVOKE_CONTRACT)];

  expect(NOTED.filter((name) => !names.includes(name))).toEqual([]);
});

test("docs/configuration.md has every environment variable of the functions and of a deploy", async () => {
  const sources = ["functions/environment/config.ts", "infra/settings.ts"];
  const variables = new Set(["DOMAIN", ...overridableSettings().map(({ variable }) => variable)]);
  for await (const file of glob(sources, { cwd: fileURLToPath(ROOT) })) {
    const source = await readFile(new URL(file, ROOT), "utf8");
    for (const [name] of source.matchAll(VARIABLE)) variables.add(name);
  }

  const text = documents.get("docs/configuration.md") ?? "";
  expect(variables).toContain("SLACK_SCOPES");
  expect([...variables].filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
});

test("the documents count functions, tables and connections as they are", async () => {
  const migrations = await readdir(new URL("migrations/", ROOT));
  const sql = await Promise.all(
    migrations.map((name) => readFile(new URL(`migrations/${name}`, ROOT), "utf8")),
  );
  const tables = sql.join("\n").match(/^create table /gm)?.length;
  const concurrency = (access: readonly Access[]) =>
    access.reduce((sum, { reservedConcurrency }) => sum + reservedConcurrency, 0);
  const access = functionTable.map((entry) => entry.access);
  const reserved = concurrency(access);
  const connections = concurrency(access.filter(({ needsDatabase }) => needsDatabase));

  expect({ functions: functionTable.length, tables }).toEqual({ functions: 35, tables: 12 });
  expect(documents.get("README.md")).toContain("35 small Lambda functions");
  expect(documents.get("README.md")).toContain("database of twelve tables");
  expect(documents.get("docs/architecture.md")).toContain("35 Lambda functions");
  expect(documents.get("docs/deploy.md")).toContain(`reserves ${reserved} concurrent executions`);
  expect(documents.get("docs/deploy.md")).toContain(`print at least ${reserved + 100}`);
  expect(documents.get("docs/deploy.md")).toContain(`accept ${connections} connections`);
});
