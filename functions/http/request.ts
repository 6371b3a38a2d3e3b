import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { InstallationId, Platform } from "../../core/installation.ts";
import { parseJson } from "../../core/json.ts";
import type { HttpEvent } from "./event.ts";

const MAX_BODY_BYTES = 256 * 1024;
const MAX_PARAMETERS = 50;

/** The query of a route that accepts no parameters. */
export const NoQuery = v.strictObject({});

/**
 * The query of a request, in which every name occurs once.
 *
 * API Gateway joins repeated parameters with commas in `queryStringParameters`: two readers could see
 * two values, so only the raw text is read.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function readQuery({ rawQueryString }: HttpEvent): URLSearchParams {
  return readParameters(rawQueryString);
}

/**
 * The query of a request, as a schema describes it.
 *
 * @throws {ServiceError} `invalid_request`, also for a parameter that the schema does not name
 */
export function parseQuery<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: HttpEvent,
): v.InferOutput<Schema> {
  return parse(schema, Object.fromEntries(readQuery(event)), "The query");
}

/**
 * Makes sure that a request has no query, on a route that takes none.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function refuseQuery(event: HttpEvent): void {
  parseQuery(NoQuery, event);
}

/**
 * The JSON body of a request, as a schema describes it.
 *
 * @throws {ServiceError} `unsupported_media_type`, `too_large`, `invalid_request`
 */
export function parseBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: HttpEvent,
): v.InferOutput<Schema> {
  requireJson(event);
  return parseObject(schema, parseJson(readBody(event).toString("utf8")));
}

/**
 * The form that a browser posted, in which every name occurs once, as a schema describes it.
 *
 * @throws {ServiceError} `unsupported_media_type`, `too_large`, `invalid_request`
 */
export function parseForm<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: HttpEvent,
): v.InferOutput<Schema> {
  const contentType = event.headers["content-type"] ?? "";
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(contentType)) {
    throw new ServiceError("unsupported_media_type", "The body must be a form.");
  }
  const form = readParameters(readBody(event).toString("utf8"));
  return parse(schema, Object.fromEntries(form), "The form");
}

/**
 * The bytes of a body, however API Gateway wrapped them.
 *
 * @throws {ServiceError} `too_large`
 */
export function readBody({ body = "", isBase64Encoded }: HttpEvent): Buffer {
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > MAX_BODY_BYTES) {
    throw new ServiceError("too_large", "The body is larger than 256 KB.");
  }
  return bytes;
}

/**
 * The platform in the path of a request.
 *
 * @throws {ServiceError} `unknown_platform`
 */
export function parsePlatform({ pathParameters }: HttpEvent): Platform {
  const platform = v.safeParse(Platform, pathParameters?.platform);
  if (platform.success) return platform.output;
  throw new ServiceError("unknown_platform", "There is no such platform.");
}

/**
 * The installation id in the path of a request.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function parseInstallationId({ pathParameters }: HttpEvent): string {
  return parse(InstallationId, pathParameters?.id, "The installation id");
}

function requireJson({ headers }: HttpEvent): void {
  if (/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return;
  throw new ServiceError("unsupported_media_type", "The body must be application/json.");
}

function readParameters(text: string): URLSearchParams {
  const parameters = new URLSearchParams(text);
  const names = [...parameters.keys()];
  if (names.length > MAX_PARAMETERS) throw invalid("There are too many parameters.");
  if (new Set(names).size < names.length) throw invalid("A parameter is repeated.");
  if (names.some((name) => /[[\]]/.test(name))) throw invalid("A parameter has no valid name.");
  return parameters;
}

/**
 * A JSON object, as a schema describes it. To valibot, an empty list is an object without fields.
 *
 * @throws {ServiceError} `invalid_request`, with the name of the first field that is wrong
 */
export function parseObject<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  subject = "The body",
): v.InferOutput<Schema> {
  if (Array.isArray(input)) throw invalid(`${subject} is not valid.`);
  return parse(schema, input, subject);
}

function parse<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  subject: string,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  throw invalid(`${subject} is not valid${describeIssue(result.issues[0])}.`);
}

/** Names the field when it is one of ours: a caller's own key could hold anything. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const key: unknown = issue.path?.[0]?.key;
  if (typeof key !== "string") return "";
  return issue.expected === "never" ? ": it has an unknown field" : `: ${key}`;
}

function invalid(message: string): ServiceError {
  return new ServiceError("invalid_request", message);
}
