import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { bypassProxyOnLoopback } from "../../emulators/proxy-bypass.ts";
import { ACCOUNT_ID, REGION } from "../../local/aws/account.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { dropAwsVariables } from "../../local/aws/variables.ts";
import { APP_FOLDER } from "../../local/folders.ts";
import { findRunningPort, parsePort } from "../../local/running-port.ts";
import { type ApiRequest, callApi } from "./api.ts";
import { describeAwsFailure, isUnreachable } from "./aws-failure.ts";
import { invokeFunction } from "./lambda.ts";
import { createLogReader } from "./log-lines.ts";
import { startReplay } from "./replay.ts";
import { NoStackError, type Target } from "./target.ts";

const DEFAULT_PORT = 3000;
/** Local mode has one bus and one archive, and does not read their names. */
const BUS = "grantkeep";
const arnOf = (resource: string) => `arn:aws:events:${REGION}:${ACCOUNT_ID}:${resource}`;

/** Returns the port of local mode: `PORT` if it is set, otherwise the port that it runs on. */
export async function findLocalPort(): Promise<number> {
  const running = await findRunningPort(APP_FOLDER);
  return process.env.PORT ? parsePort(process.env.PORT) : (running ?? DEFAULT_PORT);
}

/** Opens the stack of `grantkeep dev`. */
export async function openLocalMode(): Promise<Target> {
  dropAwsVariables();
  bypassProxyOnLoopback();
  const port = await findLocalPort();
  const running = await findRunningPort(APP_FOLDER);
  const urls = { url: `http://127.0.0.1:${port}`, aws: { url: `http://127.0.0.1:${port + 1}` } };
  return openLocalTarget(urls, () => notRunning(port, running));
}

/** Opens a stack of this machine. `describeAbsence` creates the error for one that does not run. */
export function openLocalTarget(
  stack: { readonly url: string; readonly aws: { readonly url: string } },
  describeAbsence: () => Error,
): Target {
  const settings = {
    endpoint: stack.aws.url,
    region: REGION,
    credentials: LOCAL_CALLER,
    maxAttempts: 1,
  };
  const client = new LambdaClient(settings);
  const fail = (error: unknown): never => {
    throw isUnreachable(error) ? describeAbsence() : describeAwsFailure(error);
  };
  const request = (route: string, options?: ApiRequest) => {
    const url = new URL(route, stack.url);
    return callApi(url, { region: REGION, credentials: LOCAL_CALLER }, options).catch(fail);
  };
  const readLogs = createLogReader(new CloudWatchLogsClient(settings), {
    prefix: "/aws/lambda/",
    noGroups: describeAbsence,
  });
  return {
    readLogs: (query) => readLogs(query).catch(fail),
    location: undefined,
    invoke: (functionName, request) => invokeFunction(client, functionName, request).catch(fail),
    get: (route, query) => request(`${route}?${new URLSearchParams(query)}`),
    send: (method, route, body) => request(route, { method, body }),
    async readDeadLetters() {
      // Only this command needs SQS.
      const { readDeadLetters } = await import("./dead-letters.ts");
      return readDeadLetters(settings, (name) => `${name}-dead-letters`).catch(fail);
    },
    replay: (request) =>
      startReplay(
        new EventBridgeClient(settings),
        { archive: BUS, bus: BUS, arnOf },
        request,
      ).catch(fail),
  };
}

function notRunning(port: number, running: number | undefined): Error {
  const isElsewhere = running !== undefined && running !== port;
  return new NoStackError(
    isElsewhere
      ? `Grantkeep runs on port ${running}, but PORT is set to ${port}. Unset PORT.`
      : `Grantkeep is not running on port ${port}. Start it: npx grantkeep dev`,
  );
}
