import { Command } from "@commander-js/extra-typings";
import { jsonOption, limitOption, stageOption } from "./command.ts";
import { addFilterOptions, type FilterOptions, toQuery } from "./filter-options.ts";
import { type Installation, listInstallations } from "./installations.ts";
import { formatTable, notify, print, printJson } from "./output.ts";
import { styled } from "./styles.ts";
import { openTarget } from "./target/open.ts";

const HEADINGS = ["PLATFORM", "ORGANIZATION", "ORGANIZATION ID", "STATUS", "INSTALLED", "ID"];

const UNKNOWN_GRANTS =
  "Some active installations are not listed, because their scopes or permissions are not known.";
const UNKNOWN_NAMES =
  "Some installations may not be listed: the sweep stores how they are found, since an upgrade.";

interface ListOptions extends FilterOptions {
  readonly limit?: number | undefined;
  readonly stage?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that prints installations as a table. */
export function createListCommand() {
  const command = new Command("list")
    .summary("List installations")
    .description("List installations, newest first. Tokens are never shown.");
  return addFilterOptions(command)
    .addOption(limitOption("List only the newest ones, at most this many."))
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep list
  $ npx grantkeep list --search acme
  $ npx grantkeep list --inactive --installed-after 7d --stage production`,
    )
    .action(list);
}

async function list({ limit, stage, json, ...options }: ListOptions) {
  const target = await openTarget(stage);
  const filter = toQuery(options);
  const { items, nextCursor, hasUnknown } = await listInstallations(target, { filter, limit });

  const { missing, search } = options;
  const unknown = (missing || search !== undefined) && { has_unknown: hasUnknown };
  if (json) printJson({ items, next_cursor: nextCursor, ...unknown });
  else if (items.length === 0) notify("There are no installations.");
  else print(formatTable(HEADINGS, items.map(toCells)).join("\n"));
  if (nextCursor !== null) {
    notify(`There are more than ${limit} installations.`);
  }
  if (hasUnknown) {
    notify(missing ? UNKNOWN_GRANTS : UNKNOWN_NAMES);
  }
}

function toCells(installation: Installation): string[] {
  const { id, platform, organization_name, organization_id, installed_at } = installation;
  const installed = installed_at.slice(0, "2026-11-28".length);
  return [platform, organization_name, organization_id, statusOf(installation), installed, id];
}

function statusOf({ inactive_reason: reason, last_refresh_error: error }: Installation): string {
  if (reason !== null) return styled(reason === "disabled" ? "yellow" : "red", reason);
  if (error === null) return styled("green", "active");
  return styled("yellow", `active, last refresh failed: ${error}`);
}
