import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as v from "valibot";
import { type AwsReply, awsError } from "./aws-reply.ts";
import { decodeSegment, type LocalServer, listen, readBody } from "./http-server.ts";
import { FUNCTION_TIMEOUT_MS } from "./lambda-context.ts";
import { invokeFunction, type LambdaFunctions, toFunctionName } from "./lambda-invoke.ts";
import { createSecretsManager } from "./secrets-manager.ts";
import { type Caller, readAuthorization, verifySignature } from "./sigv4.ts";

/** @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const INVOCATIONS_PATH = /^\/2015-03-31\/functions\/(?<id>[^/?]+)\/invocations(?:\?|$)/;
const SECRETS_TARGET = /^secretsmanager\.(?<operation>\w+)$/;

const SecretInput = v.pipe(v.string(), v.parseJson(), v.object({ SecretId: v.string() }));

type AwsService = "secretsmanager" | "lambda";

/** How a service fails until it is told otherwise; with `hang` it never answers. */
interface AwsFault {
  readonly service: AwsService;
  readonly kind: "throttling" | "internal" | "hang";
}

/** One call that was signed as it must be. */
interface AwsCall {
  readonly service: AwsService;
  readonly operation: string;
  /** The name of the function, or the secret's name or ARN as the caller gave it. */
  readonly resource: string;
}

export interface AwsOptions {
  readonly port: number;
  readonly caller: Caller;
  /** Values by name. */
  readonly secrets: ReadonlyMap<string, string>;
  readonly functions: LambdaFunctions;
  readonly functionTimeoutMs?: number;
}

export interface LocalAws extends LocalServer {
  readonly calls: readonly AwsCall[];
  secretArn(name: string): string;
  putSecret(name: string, value: string): void;
  fail(fault: AwsFault | undefined): void;
}

interface AwsRequest extends AwsCall {
  readonly payload: string;
  readonly invocationType: string;
}

/** A local AWS endpoint for the SDK and the CLI: Secrets Manager and Lambda `Invoke`. */
export async function startAws(options: AwsOptions): Promise<LocalAws> {
  const { port, caller, functions, functionTimeoutMs: timeoutMs = FUNCTION_TIMEOUT_MS } = options;
  const secretsManager = createSecretsManager(options.secrets);
  const calls: AwsCall[] = [];
  let fault: AwsFault | undefined;

  const perform = async (request: AwsRequest): Promise<AwsReply | undefined> => {
    const { service, operation, resource, payload, invocationType: type } = request;
    calls.push({ service, operation, resource });
    if (fault?.service === service) return simulate(fault);
    if (service === "secretsmanager") return secretsManager.handle(operation, payload);
    return invokeFunction(functions, { functionName: resource, type, payload, timeoutMs });
  };

  const server = await listen(port, async (request, response) => {
    const accepted = await accept(request, caller);
    const reply = "status" in accepted ? accepted : await perform(accepted);
    if (reply) send(response, reply);
  });
  return {
    ...server,
    calls,
    secretArn: secretsManager.arn,
    putSecret: secretsManager.put,
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
  const operation = SECRETS_TARGET.exec(target)?.groups?.operation;
  if (!operation) return undefined;
  const input = v.safeParse(SecretInput, payload);
  const resource = input.success ? input.output.SecretId : "";
  return { service: "secretsmanager", operation, resource, payload, invocationType };
}

function simulate({ service, kind }: AwsFault): AwsReply | undefined {
  if (kind === "hang") return undefined;
  if (kind === "throttling") return awsError(400, "ThrottlingException", "Rate exceeded");
  const type = service === "lambda" ? "ServiceException" : "InternalServiceError";
  return awsError(500, type, "An error occurred on the server side.");
}

function send(response: ServerResponse, { status, headers, body }: AwsReply): void {
  response.writeHead(status, {
    "content-type": "application/json",
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(body);
}
