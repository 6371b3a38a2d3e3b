import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  GetQueryResultsCommand,
  StartQueryCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, expect, test } from "vitest";
import { createLogReader } from "../../cli/target/log-lines.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { startAws } from "../../local/aws/endpoint.ts";
import { createLogStore } from "../../local/logs/log-store.ts";

const store = createLogStore();
const aws = await startAws({
  port: 0,
  caller: LOCAL_CALLER,
  secrets: new Map(),
  functions: new Map(),
  logs: { functionNames: ["token-lookup", "tick"], lines: store.lines },
});
const client = new CloudWatchLogsClient({
  endpoint: aws.url,
  region: "us-east-1",
  credentials: LOCAL_CALLER,
  maxAttempts: 1,
});
const readLogs = createLogReader(client, {
  prefix: "/aws/lambda/",
  noGroups: () => new Error("There are none."),
});

const HOUR_MS = 3_600_000;
const from = new Date(Date.now() - HOUR_MS);
const until = new Date(Date.now() + HOUR_MS);

store.add("token-lookup", '{"request_id":"a","error":"retry_later"}');
store.add("token-lookup", '{"request_id":"b"}');
store.add("tick", '{"request_id":"c","delivery_id":"github:a"}');

afterAll(aws.close);

const textsOf = async (query: Partial<Parameters<typeof readLogs>[0]>) =>
  (await readLogs({ from, until, filters: [], ...query })).map(({ functionName, fields }) => [
    functionName,
    fields.request_id,
  ]);

test("log lines are found by their fields, by function and by time, oldest first", async () => {
  const all = await textsOf({});
  const either = await textsOf({
    filters: [
      [
        { field: "request_id", value: "a" },
        { field: "delivery_id", value: "github:a" },
      ],
    ],
  });
  const both = await textsOf({
    filters: [[{ field: "request_id", value: "b" }], [{ field: "error" }]],
  });
  const failed = await textsOf({ filters: [[{ field: "error" }]] });
  const ofTick = await textsOf({ functionNames: ["tick"] });
  const before = await textsOf({ until: from, from: new Date(from.getTime() - HOUR_MS) });

  expect(all).toEqual([
    ["token-lookup", "a"],
    ["token-lookup", "b"],
    ["tick", "c"],
  ]);
  expect(either).toEqual([
    ["token-lookup", "a"],
    ["tick", "c"],
  ]);
  expect({ both, failed, ofTick, before }).toEqual({
    both: [],
    failed: [["token-lookup", "a"]],
    ofTick: [["tick", "c"]],
    before: [],
  });
});

test("a value that would end the text of a query is refused", async () => {
  const value = 'a" or ispresent(request_id)';

  await expect(textsOf({ filters: [[{ field: "request_id", value }]] })).rejects.toThrow(
    "has a character",
  );
});

test.each([
  ["a query that local mode does not know", { queryString: "stats count(*) by bin(1h)" }],
  ["a condition that local mode does not know", { queryString: "filter status > 499" }],
])("%s is refused, not ignored", async (_, { queryString }) => {
  const query = new StartQueryCommand({
    logGroupNames: ["/aws/lambda/tick"],
    startTime: 0,
    endTime: 1,
    queryString,
  });

  await expect(client.send(query)).rejects.toMatchObject({ name: "MalformedQueryException" });
});

test("a log group and a query that do not exist are refused", async () => {
  const query = { logGroupNames: ["/aws/lambda/other"], startTime: 0, endTime: 1 };
  const found = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/l" }));

  expect(found.logGroups?.map(({ logGroupName }) => logGroupName)).toEqual([
    "/aws/lambda/tick",
    "/aws/lambda/token-lookup",
  ]);
  await expect(
    client.send(new StartQueryCommand({ ...query, queryString: "limit 1" })),
  ).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  await expect(client.send(new GetQueryResultsCommand({ queryId: "none" }))).rejects.toMatchObject({
    name: "ResourceNotFoundException",
  });
});
