import { setTimeout as sleep } from "node:timers/promises";
import {
  type CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { functionTable } from "../../infra/function-table.ts";
import { type LineFields, parseLine } from "./line-fields.ts";

const POLL_MS = 300;
/** The limits of Logs Insights. */
const MAX_LINES = 10_000;
const MAX_GROUPS = 50;

/** A log line of a function. */
export interface LogLine {
  /** An id of the line, which is the same in each result. */
  readonly id: string;
  readonly time: Date;
  /** The name of the function within its stage, e.g. `token-lookup`. */
  readonly functionName: string;
  readonly fields: LineFields;
  /** The line as the function wrote it. */
  readonly text: string;
}

/** A field that a line must have; with a value, with this one. */
export interface LineCondition {
  readonly field: string;
  readonly value?: string;
}

/** The lines to read: those of a time that meet one condition of each filter. */
export interface LogQuery {
  readonly from: Date;
  readonly until: Date;
  readonly filters: readonly (readonly LineCondition[])[];
  /** The functions to read; all of them unless they are given. */
  readonly functionNames?: readonly string[] | undefined;
}

/** Returns lines, oldest first. */
export type ReadLogs = (query: LogQuery) => Promise<readonly LogLine[]>;

/**
 * Creates a reader of the log groups whose names begin with `prefix`, by CloudWatch Logs Insights: with one query for
 * all functions.
 *
 * @see [Query syntax](https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html)
 */
export function createLogReader(
  client: CloudWatchLogsClient,
  { prefix, noGroups }: { readonly prefix: string; readonly noGroups: () => Error },
): ReadLogs {
  let groups: Promise<ReadonlyMap<string, string>> | undefined;

  return async (query) => {
    groups ??= findGroups(client, prefix);
    const known = await groups;
    const names = query.functionNames ?? [...known.keys()];
    const logGroupNames = names.flatMap((name) => known.get(name) ?? []).slice(0, MAX_GROUPS);
    if (logGroupNames.length === 0) throw noGroups();
    const { queryId } = await client.send(
      new StartQueryCommand({
        logGroupNames,
        startTime: Math.floor(query.from.getTime() / 1000),
        endTime: Math.ceil(query.until.getTime() / 1000),
        queryString: toQueryString(query.filters),
      }),
    );
    for (;;) {
      const { status, results = [] } = await client.send(new GetQueryResultsCommand({ queryId }));
      if (status === "Complete") return results.flatMap((row) => toLine(row, known)).toReversed();
      if (status !== "Running" && status !== "Scheduled") {
        throw new Error(`The query of the logs ended with the status ${status}.`);
      }
      await sleep(POLL_MS);
    }
  };
}

/** Returns the query in the language of Logs Insights. The newest lines are kept if there are too many. */
function toQueryString(filters: LogQuery["filters"]): string {
  return [
    "fields @timestamp, @log, @message",
    ...filters.map((conditions) => `filter ${conditions.map(toCondition).join(" or ")}`),
    "sort @timestamp desc",
    `limit ${MAX_LINES}`,
  ].join(" | ");
}

function toCondition({ field, value }: LineCondition): string {
  if (value === undefined) return `ispresent(${field})`;
  // A quote would end the text, and a bar the filter.
  if (/["\\|]/.test(value)) throw new Error("A value for the logs has a character that it cannot.");
  return `${field} = "${value}"`;
}

/** Returns the log groups of a stage by the names of their functions. */
async function findGroups(client: CloudWatchLogsClient, prefix: string) {
  const found = new Map<string, string>();
  let nextToken: string | undefined;
  do {
    const page = await client.send(
      new DescribeLogGroupsCommand({ logGroupNamePrefix: prefix, nextToken }),
    );
    for (const { logGroupName = "" } of page.logGroups ?? []) {
      const name = logGroupName.slice(prefix.length);
      // The name of another stage may begin with the name of this one.
      if (functionTable.some((known) => known.name === name)) found.set(name, logGroupName);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

type Row = readonly { readonly field?: string | undefined; readonly value?: string | undefined }[];

/** Returns the line of a row; nothing for a line of Lambda itself, which is no JSON of Grantkeep. */
function toLine(row: Row, groups: ReadonlyMap<string, string>): LogLine[] {
  const values = new Map(row.map(({ field, value = "" }) => [field, value]));
  const message = values.get("@message")?.trim() ?? "";
  const fields = parseLine(message);
  if (!fields) return [];
  const group = values.get("@log")?.replace(/^\d+:/, "");
  const [functionName = "?"] = [...groups].find(([, name]) => name === group) ?? [];
  const time = new Date(`${values.get("@timestamp")?.replace(" ", "T")}Z`);
  return [{ id: values.get("@ptr") ?? "", time, functionName, fields, text: message }];
}
