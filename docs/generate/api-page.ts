import { readFile } from "node:fs/promises";
import { InstallationItem } from "../../functions/http/responses.ts";
import { responseTables } from "./field-tables.ts";
import { invokedFunctions } from "./invoked-functions.ts";
import { routes } from "./routes.ts";

const NOTICE =
  "<!-- Written by `npm run docs:api`. Change docs/generate/ or the schemas, and run it again. -->";

/** Returns docs/api.md. */
export async function apiPage(): Promise<string> {
  const sections = [
    NOTICE,
    "# API",
    await readText("http-api.md"),
    ...routes(),
    "### The installation",
    "An installation is one organization's grant. No field holds a token or a secret.",
    ...responseTables("installation", InstallationItem),
    await readText("invoke-api.md"),
    ...invokedFunctions(),
  ];
  return `${sections.join("\n\n")}\n`;
}

async function readText(name: string): Promise<string> {
  return (await readFile(new URL(name, import.meta.url), "utf8")).trimEnd();
}
