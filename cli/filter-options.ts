import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { InactiveReason, Platform } from "../core/installation.ts";
import { parseDuration } from "./command.ts";

/** Which installations a command lists. */
export interface FilterOptions {
  readonly platform?: string | undefined;
  readonly search?: string | undefined;
  readonly customer?: string | undefined;
  readonly active?: boolean | undefined;
  readonly inactive?: boolean | undefined;
  readonly inactiveReason?: string | undefined;
  readonly hasError?: boolean | undefined;
  readonly missing?: boolean | undefined;
  readonly installedAfter?: string | undefined;
}

/** Adds the options that select installations. */
export function addFilterOptions(command: Command) {
  return command
    .addOption(
      new Option("--platform <platform>", "List only installations on this platform.").choices(
        Platform.options,
      ),
    )
    .option(
      "--search <text>",
      "List only organizations whose name starts with this, or whose id this is.",
    )
    .option("--customer <customer>", "List only installations of this customer.")
    .addOption(new Option("--active", "List only active installations.").conflicts("inactive"))
    .option("--inactive", "List only installations that ended, or are suspended or disabled.")
    .addOption(
      new Option("--inactive-reason <reason>", "List only those that are inactive for this reason.")
        .choices(InactiveReason.options)
        .conflicts("active"),
    )
    .option("--has-error", "List only installations whose last refresh failed.")
    .option("--missing", "List only installations that lack a scope or a permission.")
    .addOption(
      new Option(
        "--installed-after <time>",
        "List only those installed after a time, such as 7d for the last week, or 2026-11-01.",
      ).argParser(parseTime),
    );
}

/** Returns the query of `GET /installations`. */
export function toQuery(options: FilterOptions): Readonly<Record<string, string>> {
  const { platform, search, customer, active, inactive, inactiveReason, hasError } = options;
  const { missing, installedAfter } = options;
  return {
    ...(platform !== undefined && { platform }),
    ...(search !== undefined && { q: search }),
    ...(customer !== undefined && { customer }),
    ...((active || inactive) && { is_active: String(active === true) }),
    ...(inactiveReason !== undefined && { inactive_reason: inactiveReason }),
    ...(hasError && { has_error: "true" }),
    ...(missing && { missing: "true" }),
    ...(installedAfter !== undefined && { installed_after: installedAfter }),
  };
}

/** Returns a date, or the time so long ago, in RFC 3339. */
function parseTime(text: string): string {
  if (/^\d+[mhd]$/.test(text)) {
    return new Date(Date.now() - parseDuration(text) * 1000).toISOString();
  }
  const date = new Date(text);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  throw new InvalidArgumentError("Use a date such as 2026-11-01, or a time such as 7d.");
}
