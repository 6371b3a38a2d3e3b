import { parseArgs } from "node:util";
import * as v from "valibot";
import { ExportResponse } from "../functions/invoke/responses.ts";
import { invokeLocally, invokeStage } from "./invoke.ts";
import { createExportFile, type NewKey, requireAbsent } from "./transfer/export-file.ts";
import { createExportKey, type ExportKey, readExportKey } from "./transfer/export-key.ts";

const USAGE = `Usage: npm run export -- --out <file> [--key <file>] [--stage <stage>]

  --out    a new file, for the installations with their tokens, encrypted
  --key    the key pair to encrypt for; without, a new one is made in <out>.key
  --stage  exports from a deployed stage, not the local one
`;

try {
  await run(readArguments());
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode ||= 1;
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: { out: { type: "string" }, key: { type: "string" }, stage: { type: "string" } },
    });
    if (values.out) return { ...values, out: values.out };
  } catch {
    // An option that is not known: the usage says which are.
  }
  process.exitCode = 2;
  throw new Error(USAGE);
}

/** Writes pages as they come; the file appears when it is whole. */
async function run({ out, key: keyPath, stage }: ReturnType<typeof readArguments>): Promise<void> {
  const invoke = stage === undefined ? invokeLocally : invokeStage(stage);
  const { key, newKey } = keyPath ? { key: await readExportKey(keyPath) } : await newKeyOf(out);
  const file = await createExportFile(out);
  try {
    let rows = 0;
    let after: string | null = null;
    do {
      const request = { public_key: key.publicKey, ...(after !== null && { after }) };
      const { ok, payload } = await invoke("export", request);
      if (!ok) throw new Error(`The export failed: ${JSON.stringify(payload)}`);

      const page = v.parse(ExportResponse, payload);
      await file.write(page.jwe);
      rows += page.rows;
      after = page.last_id;
      for (const id of page.unreadable) {
        process.stdout.write(`${id} stays behind: its secrets do not open\n`);
        process.exitCode = 1;
      }
      process.stderr.write(`${rows} rows\n`);
    } while (after !== null);
    await file.finish(rows, newKey);
    process.stdout.write(`${rows} installations in ${out}, for the key ${key.thumbprint}.\n`);
  } finally {
    await file.discard();
  }
}

async function newKeyOf(out: string): Promise<{ key: ExportKey; newKey?: NewKey }> {
  const path = `${out}.key`;
  await requireAbsent(path);
  const { key, document } = await createExportKey();
  return { key, newKey: { path, document } };
}
