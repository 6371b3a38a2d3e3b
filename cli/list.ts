import { Command, Option } from "@commander-js/extra-typings";
import { Platform } from "../core/installation.ts";
import { jsonOption, limitOption, stageOption } from "./command.ts";
import { type Installation, listInstallations } from "./installations.ts";
import { formatTable, notify, print, printJson } from "./output.ts";
import { openTarget } from "./target/open.ts";

const HEADINGS = ["PLATFORM", "ORGANIZATION", "ORGANIZATION ID", "STATUS", "INSTALLED", "ID"];

interface ListOptions {
  readonly platform?: string | undefined;
  readonly active?: boolean | undefined;
  readonly inactive?: boolean | undefined;
  readonly missing?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that prints installations as a table. */
export function createListCommand() {
  return new Command("list")
    .summary("List installations")
    .description("List installations, newest first. Tokens are never shown.")
    .addOption(
      new Option("--platform <platform>", "List only installations on this platform.").choices(
        Platform.options,
      ),
    )
    .addOption(new Option("--active", "List only active installations.").conflicts("inactive"))
    .option("--inactive", "List only installations that ended, or are suspended or disabled.")
    .option("--missing", "List only installations that lack a scope or a permission.")
    .addOption(limitOption("List only the newest ones, at most this many."))
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep list
  $ npx grantkeep list --inactive --stage production`,
    )
    .action(list);
}

async function list({ platform, active, inactive, missing, limit, stage, json }: ListOptions) {
  const target = await openTarget(stage);
  const filter = {
    ...(platform !== undefined && { platform }),
    ...((active || inactive) && { is_active: String(active === true) }),
    ...(missing && { missing: "true" }),
  };
  const { items, nextCursor, hasUnknown } = await listInstallations(target, { filter, limit });

  if (json)
    printJson({ items, next_cursor: nextCursor, ...(missing && { has_unknown: hasUnknown }) });
  else if (items.length === 0) notify("There are no installations.");
  else print(formatTable(HEADINGS, items.map(toCells)).join("\n"));
  if (nextCursor !== null) {
    notify(`There are more than ${limit} installations.`);
  }
  if (hasUnknown) {
    notify(
      "Some active installations are not listed, because their scopes or permissions are not known.",
    );
  }
}

function toCells(installation: Installation): string[] {
  const { id, platform, organization_name, organization_id, installed_at } = installation;
  const installed = installed_at.slice(0, "2026-11-28".length);
  return [platform, organization_name, organization_id, statusOf(installation), installed, id];
}

function statusOf({ inactive_reason: reason, last_refresh_error: error }: Installation): string {
  if (reason !== null) return reason;
  return error === null ? "active" : `active, last refresh failed: ${error}`;
}
