import type { ServerResponse } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { SignatureV4 } from "@smithy/signature-v4";
import { afterAll } from "vitest";
import { LOCAL_CALLER } from "../../local/aws/caller.ts";
import { listen, readBody } from "../../local/http-server.ts";
import type { Stack } from "../../local/stack.ts";
import {
  ACCOUNT,
  createFakeResources,
  describeResource,
  type FakeResources,
} from "./fake-resources.ts";
import { callApi } from "./stack.ts";

const FUNCTION =
  /^\/2015-03-31\/functions\/(?<name>[\w-]+)\/(?<operation>configuration|invocations)$/;
/** A route of the HTTP API for operators. */
const ROUTE = /^\/(installations|install-links)([/?]|$)/;
const LOGS = "Logs_20140328.";
const LOCAL_GROUPS = "/aws/lambda/";
const STAGE_GROUPS = "/aws/lambda/grantkeep-production-";
const MAX_BYTES = 6_000_000;

export interface FakeStage {
  /** The resources of the stage besides its functions. A test changes them. */
  readonly resources: FakeResources;
  /** Credentials and a region with which the stage is found. */
  readonly environment: NodeJS.ProcessEnv;
  /** The operations that were called, in order, with the function's name. */
  readonly calls: string[];
  /** The input of each replay that was requested. */
  readonly replays: readonly unknown[];
  /** Makes each call to a service fail with an error code of AWS. */
  fail(failure: { service: "sts" | "lambda"; code: string } | undefined): void;
  /** Allows what the policy `operator-read` allows, and refuses all else as IAM does. */
  restrict(isRestricted: boolean): void;
}

/** AWS as an operator sees it: STS, and Lambda with the functions of the stage `production`, which are those of a stack. */
export async function startFakeStage(stack: Stack): Promise<FakeStage> {
  const lambda = new LambdaClient({
    endpoint: stack.aws.url,
    region: "us-east-1",
    credentials: LOCAL_CALLER,
  });
  const calls: string[] = [];
  const replays: unknown[] = [];
  let isRestricted = false;
  const resources = createFakeResources();
  let failure: { service: "sts" | "lambda"; code: string } | undefined;

  const server = await listen(0, async (request, response) => {
    const body = (await readBody(request, MAX_BYTES))?.toString() ?? "";
    if (request.headers["x-amz-target"] === "AWSEvents.StartReplay") {
      calls.push("StartReplay");
      replays.push(JSON.parse(body));
      if (!body.includes("archive/grantkeep-production-events")) {
        return sendError(response, 400, "ResourceNotFoundException");
      }
      return sendJson(response, { State: "STARTING" });
    }
    if (isRestricted && ROUTE.test(request.url ?? "")) {
      calls.push(`${request.method} ${request.url}`);
      if (request.method !== "GET") return sendForbidden(response);
      const read = await callApi(stack, "GET", request.url ?? "");
      response.writeHead(read.status).end(await read.text());
      return;
    }
    const target = `${request.headers["x-amz-target"]}`;
    if (target.startsWith(LOGS)) {
      calls.push(target.slice(LOGS.length));
      return sendJson(response, await readLogs(stack, target, body));
    }
    if (isRestricted && target.startsWith("AmazonSQS.")) {
      return sendError(response, 403, "AccessDenied");
    }
    const resource = describeResource(resources, { target, body });
    if (resource) {
      calls.push(resource.operation);
      if ("xml" in resource) sendXml(response, resource.status, resource.xml);
      else if ("error" in resource) sendError(response, 400, resource.error);
      else sendJson(response, resource.json);
      return;
    }
    const { name = "", operation } = FUNCTION.exec(request.url ?? "")?.groups ?? {};
    calls.push(name === "" ? "GetCallerIdentity" : `${operation} ${name}`);
    if (name === "") {
      if (failure?.service === "sts") sendXml(response, 403, errorXml(failure.code));
      else sendXml(response, 200, identityXml());
      return;
    }
    if (failure?.service === "lambda") return sendError(response, 403, failure.code);
    const [, functionName] = /^grantkeep-production-(.+)$/.exec(name) ?? [];
    if (functionName === undefined) return sendError(response, 404, "ResourceNotFoundException");
    if (operation === "configuration") {
      const PUBLIC_URL = isRestricted ? server.url : stack.url;
      const variables = { PUBLIC_URL, EVENT_BUS_NAME: resources.eventBus };
      return sendJson(response, { Environment: { Variables: variables } });
    }
    if (isRestricted) return sendError(response, 403, "AccessDeniedException");
    if (functionName === "migrate") return sendJson(response, { applied: [], rehearsed: 1 });
    const { FunctionError, Payload } = await lambda.send(
      new InvokeCommand({ FunctionName: functionName, Payload: body }),
    );
    if (FunctionError) response.setHeader("x-amz-function-error", FunctionError);
    response.end(Payload?.transformToString());
  });
  afterAll(server.close);

  return {
    environment: {
      AWS_ENDPOINT_URL: server.url,
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: LOCAL_CALLER.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CALLER.secretAccessKey,
    },
    calls,
    replays,
    resources,
    fail(next) {
      failure = next;
    },
    restrict(next) {
      isRestricted = next;
    },
  };
}

/** Sends a request for logs to the stack, whose groups have the names of the stage here, and another stage has one. */
async function readLogs(stack: Stack, target: string, body: string): Promise<unknown> {
  const url = new URL(stack.aws.url);
  const signer = new SignatureV4({
    service: "logs",
    region: "us-east-1",
    credentials: LOCAL_CALLER,
    sha256: Sha256,
  });
  const local = body.replaceAll(STAGE_GROUPS, LOCAL_GROUPS);
  const { headers } = await signer.sign({
    method: "POST",
    protocol: "http:",
    hostname: url.hostname,
    path: "/",
    headers: { host: url.host, "x-amz-target": target },
    body: local,
  });
  const response = await fetch(url, { method: "POST", headers, body: local });
  const text = (await response.text()).replaceAll(LOCAL_GROUPS, STAGE_GROUPS);
  const other = `"logGroups":[{"logGroupName":"${STAGE_GROUPS}eu-tick"},`;
  return JSON.parse(text.replace('"logGroups":[', other).replace(",]", "]"));
}

/** @see [GetCallerIdentity](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html) */
export function identityXml(): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
    <Arn>arn:aws:iam::${ACCOUNT}:user/operator</Arn><UserId>AIDA</UserId><Account>${ACCOUNT}</Account>
  </GetCallerIdentityResult></GetCallerIdentityResponse>`;
}

function errorXml(code: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error>
    <Type>Sender</Type><Code>${code}</Code><Message>A message of AWS.</Message>
  </Error></ErrorResponse>`;
}

/** As API Gateway responds to credentials that do not allow a route. */
function sendForbidden(response: ServerResponse): void {
  response.writeHead(403, { "content-type": "application/json" });
  response.end(JSON.stringify({ message: "Forbidden" }));
}

function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "text/xml" }).end(xml);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-errortype": code });
  response.end(JSON.stringify({ message: "A message of AWS." }));
}
