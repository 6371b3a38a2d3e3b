import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { functionTable } from "../infra/function-table.ts";
import { jsonOption, platformOption, stageOption } from "./command.ts";
import { findOrganizationLines } from "./find-organization.ts";
import { notify, print } from "./output.ts";
import { styled } from "./styles.ts";
import type { LineCondition, LogLine, LogQuery } from "./target/log-lines.ts";
import { openTarget } from "./target/open.ts";
import type { Target } from "./target/target.ts";
import { parsePastTime, toClock } from "./time.ts";
import { isFailure } from "./why/cases.ts";
import { describeLine, isCounter } from "./why/describe-line.ts";

const HOUR_MS = 3_600_000;
const POLL_MS = 2_000;
/** A line can be readable some time after it was written. */
const OVERLAP_MS = 60_000;

/** A failure has an error code, at any level. */
const LEVELS: Readonly<Record<"info" | "error", readonly (readonly LineCondition[])[]>> = {
  info: [],
  error: [[{ field: "level", value: "ERROR" }, { field: "error" }]],
};

const EXAMPLES = `
Examples:
  $ npx grantkeep logs --since 30m
  $ npx grantkeep logs --follow --level error --stage production
  $ npx grantkeep logs --error event_not_sent --since 1d --stage production
  $ npx grantkeep logs --organization Acme --function token-lookup --since 1d --json`;

interface LogsOptions {
  readonly follow?: boolean | undefined;
  readonly function?: string | undefined;
  readonly level: keyof typeof LEVELS;
  readonly error?: string | undefined;
  readonly organization?: string | undefined;
  readonly platform?: string | undefined;
  readonly since?: Date | undefined;
  readonly json?: boolean | undefined;
}

/** Creates the command that prints the log lines of the functions. */
export function createLogsCommand() {
  return new Command("logs")
    .summary("Print the log lines of the functions")
    .description("Print the log lines of the functions, oldest first, as one sentence each.")
    .option("-f, --follow", "Print new lines as they are written, until Ctrl-C.")
    .addOption(
      new Option("--function <name>", "Print only the lines of this function.").choices(
        functionTable.map(({ name }) => name),
      ),
    )
    .addOption(
      new Option("--level <level>", "Print only failures, or all lines.")
        .choices(["info", "error"] as const)
        .default("info" as const),
    )
    .addOption(
      new Option("--error <code>", "Print only failures with this error code.").argParser(
        parseCode,
      ),
    )
    .option("--organization <name>", "Print only lines about this organization, by name or id.")
    .addOption(platformOption("The platform of the organization."))
    .addOption(
      new Option(
        "--since <time>",
        "Print lines from this time on: 30m, 12h or 7d ago, or RFC 3339 (default: 1h).",
      ).argParser((text) => parsePastTime(text)),
    )
    .addOption(stageOption())
    .addOption(jsonOption("Print each line as the function wrote it, as JSON."))
    .addHelpText("after", EXAMPLES)
    .action(async ({ stage, ...options }) => printLogs(await openTarget(stage), options));
}

async function printLogs(target: Target, options: LogsOptions): Promise<void> {
  const { function: functionName, organization, platform, follow, json } = options;
  const filters = [
    ...LEVELS[options.level],
    ...(options.error === undefined ? [] : [[{ field: "error", value: options.error }]]),
    ...(organization === undefined
      ? []
      : [await findOrganizationLines(target, organization, platform)]),
  ];
  const functionNames = functionName === undefined ? undefined : [functionName];
  const printed = new Set<string>();
  let from = options.since ?? new Date(Date.now() - HOUR_MS);
  do {
    const until = new Date();
    const lines = await readNew(target, { from, until, filters, functionNames }, printed);
    for (const line of lines) printLine(line, json === true);
    if (!follow) break;
    from = new Date(Math.max(from.getTime(), until.getTime() - OVERLAP_MS));
    await sleep(POLL_MS);
  } while (follow);
  if (printed.size === 0)
    notify("There are no lines. On a stage, a line appears some seconds late.");
}

function parseCode(text: string): string {
  if (/^[a-z_]{1,60}$/.test(text)) return text;
  throw new InvalidArgumentError("An error code consists of a-z and _, such as retry_later.");
}

async function readNew(
  target: Target,
  query: LogQuery,
  printed: Set<string>,
): Promise<readonly LogLine[]> {
  const lines = (await target.readLogs(query)).filter(({ id }) => !printed.has(id));
  for (const { id } of lines) printed.add(id);
  return lines;
}

function printLine(line: LogLine, isJson: boolean): void {
  if (isJson) {
    print(line.text);
    return;
  }
  if (isCounter(line)) return;
  const { platform, organization_id: organization, request_id: request } = line.fields;
  const ids = [platform, organization, request].filter(Boolean).join(" ");
  const text = isFailure(line) ? styled("red", describeLine(line)) : describeLine(line);
  const [time, name] = [toClock(line.time), line.functionName.padEnd(20)];
  print(`${styled("dim", time)}  ${name}  ${text}  ${styled("dim", ids)}`.trimEnd());
}
