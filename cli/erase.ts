import { createInterface } from "node:readline/promises";
import { Command, Option } from "@commander-js/extra-typings";
import { Platform } from "../core/installation.ts";
import { jsonOption, markFailed, stageOption } from "./command.ts";
import { eraseWithReceipt, findSubject } from "./erase/erasure.ts";
import { describeReceipt, openReceipt, receiptPathOf, type Subject } from "./erase/receipt.ts";
import { formatTable, notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";

const HEADINGS = ["PLATFORM", "ORGANIZATION", "ORGANIZATION ID", "INSTALLED", "ID"];

interface EraseOptions {
  readonly customer?: string | undefined;
  readonly organization?: string | undefined;
  readonly platform?: Platform | undefined;
  readonly receipt?: string | undefined;
  readonly yes?: boolean | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that deletes all data of a customer. */
export function createEraseCommand() {
  const command = new Command("erase")
    .summary("Erase a customer, with a receipt")
    .description(
      "List the installations of a customer, revoke the access of the bot at their platforms, delete them with " +
        "their tokens and metadata, and end the install links. A receipt says what remains, where and until when. " +
        "A command that was interrupted continues if it is run again.",
    )
    .option("--customer <customer>", "Erase all installations of this customer.")
    .addOption(
      new Option(
        "--organization <id>",
        "Erase the installations of this organization, by its id at the platform.",
      ).conflicts("customer"),
    )
    .addOption(
      new Option("--platform <platform>", "Erase only those on this platform.").choices(
        Platform.options,
      ),
    )
    .option("--receipt <file>", "Write the receipt to this file (default: erasure-<hash>.json).")
    .option("--yes", "Erase without a question.")
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The exit code is 1 if something was not erased, or if the access at a platform could not be revoked.

Examples:
  $ npx grantkeep erase --customer 42 --stage production
  $ npx grantkeep erase --organization T0ACME --platform slack --yes`,
    );
  return command.action((options) => {
    const subject = toSubject(options);
    return subject
      ? run(subject, options)
      : command.error("error: use --customer or --organization to say whom to erase");
  });
}

function toSubject({ customer, organization, platform }: EraseOptions): Subject | undefined {
  if (!customer && !organization) return undefined;
  return {
    ...(customer && { customer }),
    ...(organization && { organization_id: organization }),
    ...(platform && { platform }),
  };
}

async function run(subject: Subject, { receipt, yes, stage, json }: EraseOptions): Promise<void> {
  const target = await openTarget(stage);
  const path = receipt ?? receiptPathOf(subject);
  const erasure = await openReceipt(path, subject, stage);
  const found = await findSubject(target, subject);
  for (const line of formatTable(
    HEADINGS,
    found.map((item) => [
      item.platform,
      item.organization_name,
      item.organization_id,
      item.installed_at.slice(0, "2026-11-28".length),
      item.id,
    ]),
  )) {
    notify(line);
  }
  if (!(yes || (await confirm(found.length)))) {
    markFailed();
    return;
  }

  const finished = await eraseWithReceipt(target, erasure, { path, stage });
  const isRevoked = finished.installations.every(({ revocation }) => revocation === "done");
  if (finished.finished_at === null || !isRevoked) markFailed();
  if (json) printJson(finished);
  else for (const line of describeReceipt(finished)) print(line);
  notify(`The receipt is in ${path} and ${path}.txt.`);
}

/** Asks on a terminal. Elsewhere, nobody can answer. */
async function confirm(count: number): Promise<boolean> {
  if (!process.stdin.isTTY) {
    notify("Nothing was erased. To erase these: --yes");
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await terminal.question(`Erase ${count} installations? Type "erase": `);
  terminal.close();
  if (answer.trim() === "erase") return true;
  notify("Nothing was erased.");
  return false;
}
