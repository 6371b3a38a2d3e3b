import { readFile } from "node:fs/promises";
import { invokedFunctions } from "./invoked-functions.ts";
import { paragraphs } from "./markdown.ts";
import { installationTable, routes } from "./routes.ts";

const NOTICE =
  "<!-- Written by `npm run docs:api` from the contracts in functions/. Do not change it by hand. -->";

/** Returns docs/api.md. */
export async function apiPage(): Promise<string> {
  const page = paragraphs([
    NOTICE,
    "# API",
    await readText("http-api.md"),
    routes(),
    "### The installation",
    "An installation is one organization's grant. No field holds a token or a secret.",
    installationTable(),
    await readText("invoke-api.md"),
    invokedFunctions(),
    await readText("limits.md"),
  ]);
  return `${page}\n`;
}

async function readText(name: string): Promise<string> {
  return (await readFile(new URL(name, import.meta.url), "utf8")).trimEnd();
}
