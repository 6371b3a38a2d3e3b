import { readFile } from "node:fs/promises";
import { accessTable } from "./access-table.ts";
import { apiPage } from "./api-page.ts";
import { eventTables } from "./event-tables.ts";

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
    await fillBlock("architecture.md", "access", accessTable()),
    await fillBlock("events.md", "events", eventTables()),
  ];
}

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in a document. */
async function fillBlock(file: string, name: string, content: string): Promise<GeneratedDocument> {
  const url = new URL(file, DOCS);
  const text = await readFile(url, "utf8");
  const block = new RegExp(`(<!-- ${name} -->).*(<!-- /${name} -->)`, "s");
  if (!block.test(text)) throw new Error(`docs/${file} has no block ${name}.`);
  return { url, text: text.replace(block, (_, start, end) => `${start}\n\n${content}\n\n${end}`) };
}
