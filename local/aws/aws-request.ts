import type { IncomingMessage } from "node:http";
import * as v from "valibot";
import { decodeSegment, readBody } from "../http-server.ts";
import type { AwsService } from "./faults.ts";
import { type LambdaFunctions, toFunctionName, toQualifier } from "./lambda-invoke.ts";
import { refuseForeign } from "./own-request.ts";
import { isPresigned, verifyPresigned } from "./presigned-url.ts";
import { type AwsReply, awsError } from "./reply.ts";
import { type ObjectName, parseObjectName, s3Error } from "./s3.ts";
import { type Caller, readAuthorization, verifySignature } from "./sigv4.ts";

/** @see [Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) */
const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const INVOCATIONS_PATH = /^\/2015-03-31\/functions\/(?<id>[^/?]+)\/invocations(?:\?(?<query>.*))?$/;
const TARGET = /^(?<prefix>secretsmanager|AWSEvents|Logs_20140328|AmazonSQS)\.(?<operation>\w+)$/;

/** The services by the prefix of their operations. */
const SERVICES: ReadonlyMap<string, AwsService> = new Map([
  ["secretsmanager", "secretsmanager"],
  ["AWSEvents", "events"],
  ["Logs_20140328", "logs"],
  ["AmazonSQS", "sqs"],
]);

/** The operations of S3 by their method. */
const OBJECT_OPERATIONS = new Map([
  ["GET", "GetObject"],
  ["PUT", "PutObject"],
]);

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

/** A call with a valid signature. */
export interface AwsCall {
  readonly service: AwsService;
  readonly operation: string;
  /** The name of the function, the bus or the bucket, or the name or ARN of the secret. */
  readonly resource: string;
}

/** A call with its input. */
export interface AwsRequest extends AwsCall {
  readonly body: Buffer;
  readonly invocationType: string;
  /** The alias or version of the function. */
  readonly qualifier?: string | undefined;
  /** The object, of a call to S3. */
  readonly object?: ObjectName;
}

interface Context {
  readonly caller: Caller;
  readonly functions: LambdaFunctions;
  /** The time for presigned URLs, in milliseconds. */
  readonly now: () => number;
}

/** Returns the request if its operation is known and its signature valid, otherwise an error response. */
export async function readAwsRequest(
  request: IncomingMessage,
  { caller, functions, now }: Context,
): Promise<AwsRequest | AwsReply> {
  const body = await readBody(request, MAX_PAYLOAD_BYTES);
  if (!body) return awsError(413, "RequestTooLargeException", "The request payload is too large.");
  const refusal = refuseForeign(request);
  if (refusal) return refusal;

  const read = toAwsRequest(request, body, functions);
  if (!read)
    return awsError(
      404,
      "UnknownOperationException",
      "This operation is not available in local mode.",
    );
  if ("status" in read) return read;
  if (read.service === "s3" && isPresigned(request)) {
    const signature = await verifyPresigned(request, caller, now());
    if (signature === "valid") return read;
    if (signature === "expired") return s3Error(403, "AccessDenied", "Request has expired");
    return s3Error(403, "SignatureDoesNotMatch", "The signature does not match.");
  }
  if (await verifySignature(request, body, caller, read.service)) return read;
  return refuseSignature(request, caller);
}

function refuseSignature(request: IncomingMessage, caller: Caller): AwsReply {
  if (request.headers.authorization === undefined) {
    return awsError(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  return readAuthorization(request)?.accessKeyId === caller.accessKeyId
    ? awsError(403, "InvalidSignatureException", "The signature does not match, or has expired.")
    : awsError(403, "UnrecognizedClientException", "The security token is invalid.");
}

function toAwsRequest(
  request: IncomingMessage,
  body: Buffer,
  functions: LambdaFunctions,
): AwsRequest | AwsReply | undefined {
  const { method = "", url = "", headersDistinct } = request;
  const operationOnObject = OBJECT_OPERATIONS.get(method);
  const object = operationOnObject && parseObjectName(url);
  if (object) {
    const call = { service: "s3", operation: operationOnObject, resource: object.bucket } as const;
    return { ...call, object, body, invocationType: "" };
  }
  if (method !== "POST") return undefined;

  const [invocationType = "RequestResponse"] = headersDistinct["x-amz-invocation-type"] ?? [];
  const { id, query } = INVOCATIONS_PATH.exec(url)?.groups ?? {};
  if (id) {
    const functionId = decodeSegment(id) ?? id;
    const parameter = new URLSearchParams(query).get("Qualifier") ?? undefined;
    const qualifier = toQualifier(functionId, parameter);
    if (typeof qualifier === "object") return qualifier;
    const resource = toFunctionName(functionId, functions);
    return { service: "lambda", operation: "Invoke", resource, body, invocationType, qualifier };
  }

  const [target = ""] = headersDistinct["x-amz-target"] ?? [];
  const { prefix, operation } = TARGET.exec(target)?.groups ?? {};
  const service = prefix === undefined ? undefined : SERVICES.get(prefix);
  if (!operation || !service) return undefined;
  const named = v.safeParse(NamedResource, body.toString());
  const resource = named.success ? named.output : "";
  return { service, operation, resource, body, invocationType };
}
