import type { HealthCheckResponse } from "../functions/invoke/responses.ts";
import type { Installation } from "./installations.ts";
import { formatTable } from "./output.ts";

/** Reported for an installation whose token has expired, which a dry run does not refresh. */
export const SKIPPED_IN_DRY_RUN = "not_asked";

export type Finding = HealthCheckResponse["findings"][number];

/** The result of a health check, and the installations that are stored as ended, ending or failing. */
export interface Health {
  /** True if the differences were stored. */
  readonly isFixed: boolean;
  readonly checked: number;
  readonly differences: readonly Finding[];
  readonly unchecked: readonly Finding[];
  readonly ended: readonly Installation[];
  /** Their refresh token is lost, and their last access token is still valid. */
  readonly ending: readonly Installation[];
  readonly failing: readonly Installation[];
  readonly organizations: ReadonlyMap<string, Installation>;
}

/** Returns the lines that describe a health check: the problems, then a summary. */
export function describeHealth(health: Health): string[] {
  const { isFixed, checked, differences, unchecked, ended, ending, failing } = health;
  const toRow = (finding: Finding) => {
    const { installation_id: id, stored } = finding;
    const { platform = "-", organization_name: name = "-" } = health.organizations.get(id) ?? {};
    return [platform, name, stored, describeFinding(finding), id];
  };
  return [
    ...section(
      isFixed ? "Corrected" : "The platform reports another status",
      ["PLATFORM", "ORGANIZATION", "STORED", "REPORTED", "ID"],
      differences.map(toRow),
    ),
    ...section(
      "Ended or disabled",
      ["PLATFORM", "ORGANIZATION", "REASON", "CHANGED", "ID"],
      ended.map((item) => [
        item.platform,
        item.organization_name,
        item.inactive_reason ?? "",
        toDay(item.updated_at),
        item.id,
      ]),
    ),
    ...section(
      "Ending, because the refresh token is lost",
      ["PLATFORM", "ORGANIZATION", "ENDS (UTC)", "ID"],
      ending.map((item) => [
        item.platform,
        item.organization_name,
        toMinute(item.grant_ends_at ?? ""),
        item.id,
      ]),
    ),
    ...section(
      "The last refresh failed",
      ["PLATFORM", "ORGANIZATION", "ERROR", "CHANGED", "ID"],
      failing.map((item) => [
        item.platform,
        item.organization_name,
        item.last_refresh_error ?? "",
        toDay(item.updated_at),
        item.id,
      ]),
    ),
    ...section(
      "Not checked",
      ["PLATFORM", "ORGANIZATION", "STORED", "ERROR", "ID"],
      unchecked.map(toRow),
    ),
    `${checked} installations checked: ${differences.length} ${isFixed ? "corrected" : "differ"}, ` +
      `${ended.length} ended or disabled, ${ending.length} ending, ` +
      `${failing.length} failed to refresh, ` +
      `${unchecked.length} not checked.`,
  ];
}

function section(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): string[] {
  if (rows.length === 0) return [];
  return [
    `${title} (${rows.length})`,
    ...formatTable(headings, rows).map((line) => `  ${line}`),
    "",
  ];
}

function describeFinding({ stored, found, changed }: Finding): string {
  if (found === SKIPPED_IN_DRY_RUN) return "its token has expired: --fix refreshes and checks it";
  return changed && found === stored ? `${found}, under another name` : found;
}

/** Returns the day of an RFC 3339 timestamp. */
function toDay(timestamp: string): string {
  return timestamp.slice(0, "2026-11-28".length);
}

/** Returns the day and the minute of an RFC 3339 timestamp. */
function toMinute(timestamp: string): string {
  return timestamp.slice(0, "2026-11-28T09:30".length).replace("T", " ");
}
