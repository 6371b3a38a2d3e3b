import { readFile } from "node:fs/promises";
import { accessTable } from "./access-table.ts";
import { apiPage } from "./api-page.ts";
import { eventTables, webhookEventTables } from "./event-tables.ts";
import { jsonText } from "./markdown.ts";
import { openApiDocument } from "./openapi/document.ts";
import { requirementsTable, triggersTable } from "./requirements-table.ts";

const DOCS = new URL("../", import.meta.url);

/** A document that a program writes, as a whole or in part. */
export interface GeneratedDocument {
  readonly url: URL;
  readonly text: string;
}

/** Returns the documents as they have to be, from the contracts and the table of functions. */
export async function generateDocuments(): Promise<GeneratedDocument[]> {
  return [
    { url: new URL("api.md", DOCS), text: await apiPage() },
    await fillBlocks("architecture.md", { access: accessTable() }),
    await fillBlocks("cdk-and-terraform.md", {
      functions: triggersTable(),
      requirements: requirementsTable(),
    }),
    await fillBlocks("events.md", {
      events: eventTables(),
      "webhook-events": webhookEventTables(),
    }),
    { url: new URL("openapi.json", DOCS), text: `${jsonText(openApiDocument())}\n` },
  ];
}

/** Replaces what is between `<!-- name -->` and `<!-- /name -->` in a document, for each name. */
async function fillBlocks(
  file: string,
  contents: Readonly<Record<string, string>>,
): Promise<GeneratedDocument> {
  const url = new URL(file, DOCS);
  let text = await readFile(url, "utf8");
  for (const [name, content] of Object.entries(contents)) {
    const block = new RegExp(`(<!-- ${name} -->).*(<!-- /${name} -->)`, "s");
    if (!block.test(text)) throw new Error(`docs/${file} has no block ${name}.`);
    text = text.replace(block, (_, start, end) => `${start}\n\n${content}\n\n${end}`);
  }
  return { url, text };
}
