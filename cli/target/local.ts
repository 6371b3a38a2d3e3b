import path from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { bypassProxyOnLoopback } from "../../emulators/proxy-bypass.ts";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { dropAwsVariables } from "../../local/aws/variables.ts";
import { findRunningPort, parsePort } from "../../local/running-port.ts";
import { type ApiRequest, callApi } from "./api.ts";
import { describeAwsFailure, isUnreachable } from "./aws-failure.ts";
import { invokeFunction } from "./lambda.ts";
import type { Target } from "./target.ts";

const DEFAULT_PORT = 3000;
const REGION = "us-east-1";
const CHECKOUT = path.resolve(import.meta.dirname, "../..");

/** Opens the stack of `grantkeep dev`, on `PORT` if it is set, otherwise on the port that it runs on. */
export async function openLocalMode(): Promise<Target> {
  dropAwsVariables();
  bypassProxyOnLoopback();
  const running = await findRunningPort(CHECKOUT);
  const port = process.env.PORT ? parsePort(process.env.PORT) : (running ?? DEFAULT_PORT);
  const client = new LambdaClient({
    endpoint: `http://127.0.0.1:${port + 1}`,
    region: REGION,
    credentials: LOCAL_CALLER,
    maxAttempts: 1,
  });
  const fail = (error: unknown): never => {
    throw isUnreachable(error) ? notRunning(port, running) : describeAwsFailure(error);
  };
  const request = (route: string, options?: ApiRequest) => {
    const url = new URL(route, `http://127.0.0.1:${port}`);
    return callApi(url, { region: REGION, credentials: LOCAL_CALLER }, options).catch(fail);
  };
  return {
    invoke: (functionName, request) => invokeFunction(client, functionName, request).catch(fail),
    get: (route, query) => request(`${route}?${new URLSearchParams(query)}`),
    send: (method, route, body) => request(route, { method, body }),
  };
}

function notRunning(port: number, running: number | undefined): Error {
  const isElsewhere = running !== undefined && running !== port;
  return new Error(
    isElsewhere
      ? `Grantkeep runs on port ${running}, but PORT is set to ${port}. Unset PORT.`
      : `Grantkeep is not running on port ${port}. Start it: npx grantkeep dev`,
  );
}
