import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { decodeSegment, type LocalServer, listen, readBody } from "../http-server.ts";
import { type BusEvent, createEventBus, refuseEntries } from "./event-bus.ts";
import { invokeFunction, type LambdaFunctions, toFunctionName } from "./lambda-invoke.ts";
import { type AwsReply, awsError } from "./reply.ts";
import { createSecretsManager, type KeepSecret } from "./secrets-manager.ts";
import { type Caller, readAuthorization, verifySignature } from "./sigv4.ts";

/** @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const INVOCATIONS_PATH = /^\/2015-03-31\/functions\/(?<id>[^/?]+)\/invocations(?:\?|$)/;
const TARGET = /^(?<prefix>secretsmanager|AWSEvents)\.(?<operation>\w+)$/;

/** The secret, or the bus of the first event, that the input of an operation names. */
const NamedResource = v.pipe(
  v.string(),
  v.parseJson(),
  v.union([
    v.pipe(
      v.object({ SecretId: v.string() }),
      v.transform(({ SecretId }) => SecretId),
    ),
    v.pipe(
      v.object({ Entries: v.looseTuple([v.object({ EventBusName: v.string() })]) }),
      v.transform(({ Entries: [{ EventBusName }] }) => EventBusName),
    ),
  ]),
);

const INTERNAL_ERROR = {
  secretsmanager: "InternalServiceError",
  lambda: "ServiceException",
  events: "InternalException",
} as const;

const SLOW_MS = 400;

/** As a signature names it. */
type AwsService = keyof typeof INTERNAL_ERROR;

/**
 * How a service fails until it is told otherwise. With `hang` it never answers; with `slow` it does well,
 * but late; with `refused_entries` it takes the request, and none of the events in it.
 */
type AwsFault =
  | { readonly service: AwsService; readonly kind: "throttling" | "internal" | "hang" | "slow" }
  | { readonly service: "events"; readonly kind: "refused_entries" };

/** One call that was signed as it must be. */
interface AwsCall {
  readonly service: AwsService;
  readonly operation: string;
  /** The name of the function or of the bus, or the secret's name or ARN as the caller gave it. */
  readonly resource: string;
}

export interface AwsOptions {
  readonly port: number;
  readonly caller: Caller;
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Keeps values that are put over the API, beyond the life of the endpoint. */
  readonly keepSecret?: KeepSecret;
  readonly functions: LambdaFunctions;
  readonly onEvent?: (event: BusEvent) => void;
}

export interface LocalAws extends LocalServer {
  readonly calls: readonly AwsCall[];
  /** What was put on any bus, oldest first. */
  readonly events: readonly BusEvent[];
  secretArn(name: string): string;
  putSecret(name: string, value: string): void;
  /** Makes all that it keeps older. */
  letTimePass(seconds: number): void;
  fail(fault: AwsFault | undefined): void;
}

interface AwsRequest extends AwsCall {
  readonly payload: string;
  readonly invocationType: string;
}

/** A local AWS endpoint for the SDK and the CLI: Secrets Manager, Lambda `Invoke` and `PutEvents`. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { port, caller, functions } = options;
  const secretsManager = createSecretsManager(options.secrets, options.keepSecret);
  const eventBus = createEventBus(options.onEvent);
  const calls: AwsCall[] = [];
  let fault: AwsFault | undefined;

  const perform = async (request: AwsRequest): Promise<AwsReply | undefined> => {
    const { service, operation, resource, payload, invocationType: type } = request;
    calls.push({ service, operation, resource });
    if (fault?.service === service && fault.kind !== "slow") return simulate(fault);
    if (fault?.service === service) await sleep(SLOW_MS);
    if (service === "secretsmanager") return secretsManager.handle(operation, payload);
    if (service === "events") return eventBus.handle(operation, payload);
    return invokeFunction(functions, { functionName: resource, type, payload });
  };

  const server = await listen(port, async (request, response) => {
    const accepted = await accept(request, caller);
    const reply = "status" in accepted ? accepted : await perform(accepted);
    if (reply) send(response, reply);
  });
  return {
    ...server,
    calls,
    events: eventBus.events,
    secretArn: secretsManager.arn,
    putSecret: secretsManager.put,
    letTimePass: secretsManager.letTimePass,
    fail(next) {
      fault = next;
    },
  };
}

/** The request, if it is one of the API's and the caller signed it; otherwise its refusal. */
async function accept(request: IncomingMessage, caller: Caller): Promise<AwsRequest | AwsReply> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  if (!body) return awsError(413, "RequestTooLargeException", "The request payload is too large.");

  const accepted = toAwsRequest(request, body.toString());
  if (!accepted) return awsError(404, "UnknownOperationException", "It is not served locally.");
  if (await verifySignature(request, body, caller, accepted.service)) return accepted;

  if (request.headers.authorization === undefined) {
    return awsError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  return readAuthorization(request)?.accessKeyId === caller.accessKeyId
    ? awsError(403, "InvalidSignatureException", "The signature does not match, or has expired.")
    : awsError(403, "UnrecognizedClientException", "The security token is invalid.");
}

function toAwsRequest(request: IncomingMessage, payload: string): AwsRequest | undefined {
  const { method, url = "", headersDistinct } = request;
  if (method !== "POST") return undefined;

  const [invocationType = "RequestResponse"] = headersDistinct["x-amz-invocation-type"] ?? [];
  const functionId = INVOCATIONS_PATH.exec(url)?.groups?.id;
  if (functionId) {
    const resource = toFunctionName(decodeSegment(functionId) ?? functionId);
    return { service: "lambda", operation: "Invoke", resource, payload, invocationType };
  }

  const [target = ""] = headersDistinct["x-amz-target"] ?? [];
  const { prefix, operation } = TARGET.exec(target)?.groups ?? {};
  if (!operation) return undefined;
  const service = prefix === "AWSEvents" ? "events" : "secretsmanager";
  const named = v.safeParse(NamedResource, payload);
  const resource = named.success ? named.output : "";
  return { service, operation, resource, payload, invocationType };
}

function simulate({ service, kind }: AwsFault): AwsReply | undefined {
  if (kind === "hang") return undefined;
  if (kind === "refused_entries") return refuseEntries();
  if (kind === "throttling") return awsError(400, "ThrottlingException", "Rate exceeded");
  return awsError(500, INTERNAL_ERROR[service], "An error occurred on the server side.");
}

function send(response: ServerResponse, { status, headers, body }: AwsReply): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    // The SDK corrects its clock by it: this is the clock that signatures are verified by.
    date: new Date().toUTCString(),
    ...headers,
  });
  response.end(body);
}
