import { Command, Option } from "@commander-js/extra-typings";
import { ExportResponse } from "../functions/invoke/responses.ts";
import { jsonOption, markFailed, stageOption } from "./command.ts";
import { exportCustomer } from "./export-customer.ts";
import { print, printJson, showProgress } from "./output.ts";
import { openTarget } from "./target/open.ts";
import { callFunction } from "./target/target.ts";
import { createExportFile, type NewKey, requireAbsent } from "./transfer/export-file.ts";
import { createExportKey, type ExportKey, readExportKey } from "./transfer/export-key.ts";

interface ExportOptions {
  readonly out: string;
  readonly customer?: string | undefined;
  readonly key?: string | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that writes an encrypted file of all installations. */
export function createExportCommand() {
  const command = new Command("export")
    .summary("Export all installations to an encrypted file")
    .description(
      "Export all installations, with their tokens, to an encrypted file that import reads; or what is stored of one " +
        "customer, without tokens, as JSON.",
    )
    .option("--out <file>", "Write to this new file (required).")
    .option("--customer <customer>", "Export what is stored of this customer, without tokens.")
    .addOption(
      new Option(
        "--key <file>",
        "Encrypt for this key file (default: a new one, <out>.key).",
      ).conflicts("customer"),
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep export --out grants.export
  $ npx grantkeep export --out grants.export --key backup.key --stage production
  $ npx grantkeep export --customer 42 --out customer-42.json --stage production`,
    );
  // As a required option of Commander, it would be reported instead of an unknown option.
  return command.action(({ out, ...options }) =>
    out === undefined
      ? command.error("error: required option '--out <file>' not specified")
      : options.customer === undefined
        ? writeExport({ out, ...options })
        : exportCustomer({ ...options, out, customer: options.customer }),
  );
}

/** Writes pages as they arrive; the file appears when it is whole. */
async function writeExport({ out, key: keyPath, stage, json }: ExportOptions): Promise<void> {
  const { key, newKey } = keyPath ? { key: await readExportKey(keyPath) } : await createKey(out);
  const file = await createExportFile(out);
  try {
    const { invoke } = await openTarget(stage);
    const unreadable: string[] = [];
    let rows = 0;
    let after: string | null = null;
    do {
      const request = { public_key: key.publicKey, ...(after !== null && { after }) };
      const page: ExportResponse = await callFunction(invoke, "export", request, ExportResponse);
      await file.write(page.jwe);
      rows += page.rows;
      after = page.last_id;
      unreadable.push(...page.unreadable);
      showProgress(`${rows} installations`);
    } while (after !== null);
    await file.finish(rows, newKey);

    if (unreadable.length > 0) markFailed();
    const keyFile = keyPath ?? newKey?.path;
    if (json) {
      printJson({ file: out, key_file: keyFile, key: key.thumbprint, rows, unreadable });
      return;
    }
    for (const id of unreadable) print(`${id} was not exported: its secrets cannot be decrypted.`);
    print(
      `${rows} installations in ${out}, encrypted for the key ${key.thumbprint} in ${keyFile}.`,
    );
  } finally {
    await file.discard();
  }
}

async function createKey(out: string): Promise<{ key: ExportKey; newKey?: NewKey }> {
  const path = `${out}.key`;
  await requireAbsent(path);
  const { key, document } = await createExportKey();
  return { key, newKey: { path, document } };
}
