import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { decodeSegment, type LocalServer, listen, readBody } from "../http-server.ts";
import { type BusEvent, createEventBus, refuseEntries } from "./event-bus.ts";
import { createEventRules, type DeadLetter, type EventRule } from "./event-rules.ts";
import { invokeFunction, type LambdaFunctions, toFunctionName } from "./lambda-invoke.ts";
import { refuseForeign } from "./own-request.ts";
import { type AwsReply, awsError } from "./reply.ts";
import { createSecretsManager, type SecretsManagerOptions } from "./secrets-manager.ts";
import { type Caller, readAuthorization, verifySignature } from "./sigv4.ts";

/** @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const INVOCATIONS_PATH = /^\/2015-03-31\/functions\/(?<id>[^/?]+)\/invocations(?:\?|$)/;
const TARGET = /^(?<prefix>secretsmanager|AWSEvents)\.(?<operation>\w+)$/;

/** The secret that the input of an operation names, or the bus of its first event. */
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

/** The name of an AWS service in a signature. */
type AwsService = keyof typeof INTERNAL_ERROR;

/**
 * How a service fails until the next call of `fail`. With `hang` it never responds; with `reset` it resets the
 * connection; with `malformed` its response is not HTTP; with `slow` it responds correctly, but late; with
 * `refused_entries` it accepts the request, but none of the events in it.
 */
type AwsFault =
  | {
      readonly service: AwsService;
      readonly kind: "throttling" | "internal" | "hang" | "reset" | "malformed" | "slow";
    }
  | { readonly service: "events"; readonly kind: "refused_entries" };

/** A response, or what happens to the connection instead. */
type Outcome = AwsReply | "hang" | "reset" | "malformed";

/** A call with a valid signature. */
interface AwsCall {
  readonly service: AwsService;
  readonly operation: string;
  /** The name of the function or of the bus, or the name or ARN of the secret. */
  readonly resource: string;
}

export interface AwsOptions extends SecretsManagerOptions {
  readonly port: number;
  readonly caller: Caller;
  /** Secret values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly functions: LambdaFunctions;
  /** Which functions get the events of a bus. */
  readonly rules?: readonly EventRule[];
  /** How long to wait before each retry of such a function. */
  readonly retryDelaysMs?: readonly number[];
  readonly onEvent?: (event: BusEvent) => void;
  readonly onDeadLetter?: (letter: DeadLetter) => void;
}

export interface LocalAws extends LocalServer {
  readonly calls: readonly AwsCall[];
  /** The events on all buses, oldest first. */
  readonly events: readonly BusEvent[];
  readonly deadLetters: readonly DeadLetter[];
  /** Resolves when the functions behind rules have processed all events, or failed after their retries. */
  eventsSettled(): Promise<void>;
  secretArn(name: string): string;
  putSecret(name: string, value: string): void;
  /** Moves the creation of all secret versions into the past. */
  letTimePass(seconds: number): void;
  fail(fault: AwsFault | undefined): void;
}

interface AwsRequest extends AwsCall {
  readonly payload: string;
  readonly invocationType: string;
}

/** Starts an AWS endpoint for the SDK and the CLI: Secrets Manager, Lambda `Invoke` and `PutEvents`. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { port, functions } = options;
  const secretsManager = createSecretsManager(options.secrets, options);
  const rules = createEventRules({ ...options, rules: options.rules ?? [] });
  const eventBus = createEventBus((event) => {
    options.onEvent?.(event);
    rules.apply(event);
  });
  const calls: AwsCall[] = [];
  let fault: AwsFault | undefined;

  const perform = async (request: AwsRequest): Promise<Outcome> => {
    const { service, operation, resource, payload, invocationType: type } = request;
    calls.push({ service, operation, resource });
    if (fault?.service === service && fault.kind !== "slow") return simulate(fault);
    if (fault?.service === service) await sleep(SLOW_MS);
    if (service === "secretsmanager") return secretsManager.handle(operation, payload);
    if (service === "events") return eventBus.handle(operation, payload);
    return invokeFunction(functions, { functionName: resource, type, payload });
  };

  const server = await listen(port, async (request, response) => {
    const accepted = await accept(request, options);
    send(response, "status" in accepted ? accepted : await perform(accepted));
  });
  return {
    ...server,
    calls,
    async close() {
      rules.close();
      await server.close();
    },
    events: eventBus.events,
    deadLetters: rules.deadLetters,
    eventsSettled: rules.settled,
    secretArn: secretsManager.arn,
    putSecret: secretsManager.put,
    letTimePass: secretsManager.letTimePass,
    fail(next) {
      fault = next;
    },
  };
}

/** Returns the request if its operation is known and its signature valid, otherwise an error response. */
async function accept(
  request: IncomingMessage,
  { caller, functions }: AwsOptions,
): Promise<AwsRequest | AwsReply> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  if (!body) return awsError(413, "RequestTooLargeException", "The request payload is too large.");
  const refusal = refuseForeign(request);
  if (refusal) return refusal;

  const accepted = toAwsRequest(request, body.toString(), functions);
  if (!accepted)
    return awsError(
      404,
      "UnknownOperationException",
      "This operation is not available in local mode.",
    );
  if (await verifySignature(request, body, caller, accepted.service)) return accepted;

  if (request.headers.authorization === undefined) {
    return awsError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  return readAuthorization(request)?.accessKeyId === caller.accessKeyId
    ? awsError(403, "InvalidSignatureException", "The signature does not match, or has expired.")
    : awsError(403, "UnrecognizedClientException", "The security token is invalid.");
}

function toAwsRequest(
  request: IncomingMessage,
  payload: string,
  functions: LambdaFunctions,
): AwsRequest | undefined {
  const { method, url = "", headersDistinct } = request;
  if (method !== "POST") return undefined;

  const [invocationType = "RequestResponse"] = headersDistinct["x-amz-invocation-type"] ?? [];
  const functionId = INVOCATIONS_PATH.exec(url)?.groups?.id;
  if (functionId) {
    const resource = toFunctionName(decodeSegment(functionId) ?? functionId, functions);
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

function simulate({ service, kind }: AwsFault): Outcome {
  if (kind === "hang" || kind === "reset" || kind === "malformed") return kind;
  if (kind === "refused_entries") return refuseEntries();
  if (kind === "throttling") return awsError(400, "ThrottlingException", "Rate exceeded");
  return awsError(500, INTERNAL_ERROR[service], "An error occurred on the server side.");
}

function send(response: ServerResponse, outcome: Outcome): void {
  if (outcome === "hang") return;
  if (outcome === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  if (outcome === "malformed") {
    response.socket?.end("!");
    return;
  }
  const { status, headers, body } = outcome;
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    // The SDK corrects its clock by this header. It must be the clock that verifies signatures.
    date: new Date().toUTCString(),
    ...headers,
  });
  response.end(body);
}
