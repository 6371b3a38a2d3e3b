import { Command } from "@commander-js/extra-typings";
import * as v from "valibot";
import { Health, InstallationCounts } from "../functions/http/responses.ts";
import { jsonOption, stageOption } from "./command.ts";
import { type Installation, listInstallations } from "./installations.ts";
import { formatTable, print, printJson } from "./output.ts";
import { styled } from "./styles.ts";
import type { LogLine } from "./target/log-lines.ts";
import { openTarget } from "./target/open.ts";
import { parseResponse, type Target } from "./target/target.ts";
import { toClock } from "./time.ts";
import { isCounter } from "./why/describe-line.ts";

const HOUR_MS = 3_600_000;
/** Installations that need attention are listed up to here. */
const MAX_LISTED = 10;
/** Before the first sweep of a stage, it has few. */
const MAX_COUNTED = 1_000;

/** The states of `GET /installations/counts`, by how bad they are. */
const GOOD = ["active"];
const WARNING = ["disabled", "suspended", "unclaimed"];

/** Creates the command that shows the status of a stack in one screen. */
export function createStatusCommand() {
  return new Command("status")
    .summary("Show health, counts and recent failures")
    .description(
      "Show in one screen whether the API responds, how many installations are in each state, what failed in the last " +
        "hour, and which installations need attention.",
    )
    .addOption(stageOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  $ npx grantkeep status
  $ npx grantkeep status --stage production`,
    )
    .action(async ({ stage, json }) => {
      const status = await readStatus(await openTarget(stage));
      if (json) printJson(toJson(status));
      else for (const line of describe(status, stage)) print(line);
    });
}

type Status = Awaited<ReturnType<typeof readStatus>>;

async function readStatus(target: Target) {
  const until = new Date();
  const [health, counts, failing, ended, lines] = await Promise.all([
    target.get("/health", {}),
    target.get("/installations/counts", {}),
    listInstallations(target, { filter: { has_error: "true" }, limit: MAX_LISTED }),
    listInstallations(target, {
      filter: { inactive_reason: "reauthorization_required" },
      limit: MAX_LISTED,
    }),
    target.readLogs({
      from: new Date(until.getTime() - HOUR_MS),
      until,
      filters: [[{ field: "error" }]],
    }),
  ]);
  const stored = parseResponse(InstallationCounts, counts, "GET /installations/counts");
  const counted = stored.counted_at === null ? await countListed(target) : stored;
  return {
    health: parseResponse(Health, health, "GET /health").status,
    ...counted,
    failures: countFailures(lines),
    attention: [...ended.items, ...failing.items],
    hasMore: ended.nextCursor !== null || failing.nextCursor !== null,
  };
}

/** Counts the newest installations, where no sweep has counted all of them yet. */
async function countListed(target: Target) {
  const { items } = await listInstallations(target, { limit: MAX_COUNTED });
  const states = Map.groupBy(
    items,
    (item) => `${item.platform} ${item.inactive_reason ?? "active"}`,
  );
  const counts = [...states].map(([key, { length: count }]) => {
    const [platform = "", state = ""] = key.split(" ");
    return { platform, state, count };
  });
  return { counted_at: null, counts };
}

/** Returns how often each function failed with each code, the most frequent first. */
function countFailures(lines: readonly LogLine[]) {
  const failures = lines.filter((line) => !isCounter(line));
  const groups = Map.groupBy(
    failures,
    ({ functionName, fields }) => `${functionName} ${fields.error}`,
  );
  return [...groups]
    .map(([key, { length }]) => {
      const [functionName = "", error = ""] = key.split(" ");
      return { function: functionName, error, count: length };
    })
    .toSorted((one, other) => other.count - one.count);
}

function toJson({ counted_at, counts, attention, hasMore, ...status }: Status) {
  return { ...status, counted_at, counts, attention, has_more: hasMore };
}

function describe(status: Status, stage: string | undefined): string[] {
  const { health, counted_at, counts, failures, attention, hasMore } = status;
  const isWell = v.is(Health, { status: health });
  return [
    `${heading("API")} ${isWell ? styled("green", "responds") : styled("red", health)}`,
    "",
    `${heading("Installations")} ${counted_at === null ? `of the newest ${MAX_COUNTED}` : `counted ${toClock(new Date(counted_at))}`}`,
    ...indent(formatTable(["PLATFORM", "STATE", "COUNT"], counts.map(toCountRow))),
    "",
    `${heading("Failures in the last hour")} ${failures.length === 0 ? styled("green", "none") : ""}`.trimEnd(),
    ...(failures.length === 0
      ? []
      : indent(
          formatTable(
            ["FUNCTION", "ERROR", "COUNT"],
            failures.map((one) => [one.function, styled("red", one.error), String(one.count)]),
          ),
        )),
    "",
    `${heading("Need attention")} ${attention.length === 0 ? styled("green", "none") : ""}`.trimEnd(),
    ...(attention.length === 0
      ? []
      : indent(formatTable(ATTENTION, attention.map(toAttentionRow)))),
    ...(hasMore
      ? [`  There are more: npx grantkeep list --inactive${stage ? ` --stage ${stage}` : ""}`]
      : []),
  ];
}

const ATTENTION = ["PLATFORM", "ORGANIZATION", "STATUS", "CHANGED", "ID"];

function toCountRow({ platform, state, count }: Status["counts"][number]): string[] {
  return [platform, styled(colorOf(state), state), String(count)];
}

function colorOf(state: string): "green" | "yellow" | "red" {
  if (GOOD.includes(state)) return "green";
  return WARNING.includes(state) ? "yellow" : "red";
}

function toAttentionRow(item: Installation): string[] {
  const { platform, organization_name: name, inactive_reason: reason, updated_at, id } = item;
  const status = reason ?? `last refresh failed: ${item.last_refresh_error}`;
  const color = reason === null ? "yellow" : "red";
  return [platform, name, styled(color, status), toClock(new Date(updated_at)), id];
}

function heading(text: string): string {
  return styled("bold", text);
}

function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
