import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateDocuments } from "./generate/documents.ts";

const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });

for (const { url, text } of await generateDocuments()) {
  const isCurrent = (await readFile(url, "utf8").catch(() => "")) === text;
  if (isCurrent) continue;
  if (values.check) {
    process.stderr.write(`${fileURLToPath(url)} is not current: run npm run docs:api.\n`);
    process.exitCode = 1;
  } else {
    await writeFile(url, text);
  }
}
