import { randomUUID } from "node:crypto";
import * as v from "valibot";
import type { StoredLine } from "../logs/log-store.ts";
import { ACCOUNT_ID } from "./account.ts";
import { matches, parseLogsQuery } from "./logs-query.ts";
import { type AwsReply, awsError, awsReply } from "./reply.ts";

const PREFIX = "/aws/lambda/";
/** How many results are kept until they are read. */
const KEPT_RESULTS = 100;

const parsed = <const Schema extends v.GenericSchema>(schema: Schema) =>
  v.pipe(v.string(), v.parseJson(), schema);

const Seconds = v.pipe(v.number(), v.integer(), v.minValue(0));

/** @see [StartQuery](https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html) */
const StartQuery = parsed(
  v.object({
    logGroupNames: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(50)),
    startTime: Seconds,
    endTime: Seconds,
    queryString: v.pipe(v.string(), v.maxLength(10_000)),
  }),
);

const GetQueryResults = parsed(v.object({ queryId: v.string() }));

const DescribeLogGroups = parsed(v.object({ logGroupNamePrefix: v.optional(v.string(), "") }));

const Message = parsed(v.record(v.string(), v.unknown()));

type Row = { readonly field: string; readonly value: string }[];

export interface LogsOptions {
  /** The names of the functions, each of which has a log group. */
  readonly functionNames: Iterable<string>;
  /** The lines of all functions so far, oldest first. */
  readonly lines: readonly StoredLine[];
}

/** CloudWatch Logs, with the lines that the functions have written. */
export interface Logs {
  handle(operation: string, input: string): AwsReply;
}

/** Creates the part of CloudWatch Logs that `grantkeep why` and `logs` use: queries of Logs Insights. */
export function createLogs({ functionNames, lines }: LogsOptions): Logs {
  const groups = [...functionNames].map((name) => `${PREFIX}${name}`);
  const results = new Map<string, Row[]>();

  function startQuery(input: string): AwsReply {
    const request = v.safeParse(StartQuery, input);
    if (!request.success) return awsError(400, "InvalidParameterException", "Invalid request.");
    const { logGroupNames, startTime, endTime, queryString } = request.output;
    const missing = logGroupNames.find((name) => !groups.includes(name));
    if (missing !== undefined) {
      return awsError(400, "ResourceNotFoundException", `Log group '${missing}' does not exist.`);
    }
    const query = parseLogsQuery(queryString);
    if (!query) {
      const message = "This query is not available in local mode.";
      return awsError(400, "MalformedQueryException", message);
    }
    const found = lines.filter(
      ({ functionName, time, message }) =>
        logGroupNames.includes(`${PREFIX}${functionName}`) &&
        time >= startTime * 1000 &&
        // The end is included, as a whole second.
        time < (endTime + 1) * 1000 &&
        matches(query, fieldsOf(message)),
    );
    const sorted = query.isNewestFirst ? found.toReversed() : found;
    const queryId = randomUUID();
    results.set(queryId, sorted.slice(0, query.limit).map(toRow));
    const [oldest = ""] = results.keys();
    if (results.size > KEPT_RESULTS) results.delete(oldest);
    return awsReply(200, { queryId });
  }

  function getQueryResults(input: string): AwsReply {
    const request = v.safeParse(GetQueryResults, input);
    const rows = request.success ? results.get(request.output.queryId) : undefined;
    if (!rows) return awsError(400, "ResourceNotFoundException", "The query does not exist.");
    return awsReply(200, { status: "Complete", results: rows });
  }

  function describeLogGroups(input: string): AwsReply {
    const request = v.safeParse(DescribeLogGroups, input);
    if (!request.success) return awsError(400, "InvalidParameterException", "Invalid request.");
    const { logGroupNamePrefix } = request.output;
    const named = groups.filter((name) => name.startsWith(logGroupNamePrefix)).sort();
    return awsReply(200, { logGroups: named.map((logGroupName) => ({ logGroupName })) });
  }

  return {
    handle(operation, input) {
      if (operation === "StartQuery") return startQuery(input);
      if (operation === "GetQueryResults") return getQueryResults(input);
      if (operation === "DescribeLogGroups") return describeLogGroups(input);
      const message = `${operation} is not available in local mode.`;
      return awsError(400, "UnknownOperationException", message);
    },
  };
}

function fieldsOf(message: string): ReadonlyMap<string, unknown> {
  const line = v.safeParse(Message, message);
  return new Map(line.success ? Object.entries(line.output) : []);
}

function toRow({ id, time, functionName, message }: StoredLine): Row {
  const timestamp = new Date(time).toISOString().replace("T", " ").replace("Z", "");
  return [
    { field: "@timestamp", value: timestamp },
    { field: "@message", value: message },
    { field: "@log", value: `${ACCOUNT_ID}:${PREFIX}${functionName}` },
    { field: "@ptr", value: id },
  ];
}
