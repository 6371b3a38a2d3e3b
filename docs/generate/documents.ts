import { readFile } from "node:fs/promises";
import { accessTable } from "./access-table.ts";
import { apiPage } from "./api-page.ts";

const DOCS = new URL("../", import.meta.url);
const ACCESS_BLOCK = /(?<=<!-- access -->\n\n)[\s\S]*?(?=\n\n<!-- \/access -->)/;

/** A document of which a part, or all, is written by a program. */
export interface GeneratedDocument {
  readonly url: URL;
  readonly text: string;
}

/** Returns the documents as they have to be, from the schemas and the table of functions. */
export async function generateDocuments(): Promise<GeneratedDocument[]> {
  const architecture = new URL("architecture.md", DOCS);
  const text = await readFile(architecture, "utf8");
  return [
    { url: new URL("api.md", DOCS), text: await apiPage() },
    { url: architecture, text: text.replace(ACCESS_BLOCK, accessTable()) },
  ];
}
