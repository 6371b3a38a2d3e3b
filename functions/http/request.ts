import { isUtf8 } from "node:buffer";
import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { InstallationId, Platform } from "../../core/installation.ts";
import { parseJson } from "../../core/json.ts";
import { InstallLinkId } from "../../core/ports/install-links.ts";
import { addToTrace } from "../../core/request-trace.ts";
import type { HttpEvent } from "./event.ts";

const KB = 1024;
const MAX_BODY_BYTES = 256 * KB;
/** GitHub lists all repositories of an organization in one webhook. Lambda takes no larger event. */
export const MAX_WEBHOOK_BYTES = 6 * 1024 * KB;
const MAX_PARAMETERS = 50;

type ObjectSchema = v.GenericSchema & { readonly entries: Readonly<Record<string, unknown>> };

/** The query of a route that accepts no parameters. */
export const NoQuery = v.strictObject({});

/**
 * Returns the parameters with these names in the query of a public page, each at most once. Others are ignored:
 * newsletters, advertisements and messengers add their own.
 *
 * Reads the raw text: in `queryStringParameters`, API Gateway joins repeated parameters with commas.
 *
 * @throws {ServiceError} `invalid_request` if a name is repeated, or written in another way, such as `state[]`
 */
export function readPageQuery(event: HttpEvent, names: readonly string[]): URLSearchParams {
  const parameters = [...readAll(event.rawQueryString)];
  const known = parameters.filter(([name]) => names.includes(toPlainName(name)));
  if (known.some(([name]) => !names.includes(name))) throw invalidName();
  return requireUnique(new URLSearchParams(known));
}

/**
 * Parses the query of a public page. Ignores parameters that are neither in the schema nor refused.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function parsePageQuery<const Schema extends ObjectSchema>(
  schema: Schema,
  event: HttpEvent,
  refused: readonly string[] = [],
): v.InferOutput<Schema> {
  const query = readPageQuery(event, [...Object.keys(schema.entries), ...refused]);
  return parse(schema, Object.fromEntries(query), "The query");
}

/**
 * Parses the query of a request.
 *
 * @throws {ServiceError} `invalid_request`, also for a parameter that the schema does not have
 */
export function parseQuery<const Schema extends v.GenericSchema>(
  schema: Schema,
  { rawQueryString }: HttpEvent,
): v.InferOutput<Schema> {
  const query = requireUnique(readAll(rawQueryString));
  return parse(schema, Object.fromEntries(query), "The query");
}

/**
 * Rejects a request with a query, on a route without parameters.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function refuseQuery(event: HttpEvent): void {
  parseQuery(NoQuery, event);
}

/**
 * Parses the JSON body of a request.
 *
 * @throws {ServiceError} `unsupported_media_type`, `too_large`, `invalid_request`
 */
export function parseBody<const Schema extends v.GenericSchema>(
  schema: Schema,
  event: HttpEvent,
): v.InferOutput<Schema> {
  requireJson(event);
  return parseObject(schema, parseJson(readText(event)));
}

/**
 * Parses the form of a request, in which every name occurs once.
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
  const form = requireUnique(readAll(readText(event)));
  return parse(schema, Object.fromEntries(form), "The form");
}

/**
 * Returns the bytes of a body, which API Gateway may have encoded as base64.
 *
 * @throws {ServiceError} `too_large`
 */
export function readBody(
  { body = "", isBase64Encoded }: HttpEvent,
  maxBytes = MAX_BODY_BYTES,
): Buffer {
  const bytes = Buffer.from(body, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > maxBytes) {
    throw new ServiceError("too_large", `The body is larger than ${maxBytes / KB} KB.`);
  }
  return bytes;
}

/**
 * Returns the platform in the path of a request.
 *
 * @throws {ServiceError} `unknown_platform`
 */
export function parsePlatform({ pathParameters }: HttpEvent): Platform {
  const platform = v.safeParse(Platform, pathParameters?.platform);
  if (!platform.success) {
    throw new ServiceError("unknown_platform", "This platform does not exist.");
  }
  addToTrace({ platform: platform.output });
  return platform.output;
}

/**
 * Returns the installation id in the path of a request.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function parseInstallationId({ pathParameters }: HttpEvent): string {
  const installationId = parse(InstallationId, pathParameters?.id, "The installation id");
  addToTrace({ installationId });
  return installationId;
}

/**
 * Returns the id of the install link in the path of a request.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function parseInstallLinkId({ pathParameters }: HttpEvent): string {
  const linkId = parse(InstallLinkId, pathParameters?.id, "The link id");
  addToTrace({ linkId });
  return linkId;
}

/**
 * Returns the text of a body.
 *
 * API Gateway passes JSON as text, in which U+FFFD stands for each byte that is not UTF-8. Then the text is
 * longer than what was sent.
 */
function readText(event: HttpEvent): string {
  const bytes = readBody(event);
  const text = bytes.toString("utf8");
  const length = event.headers["content-length"];
  const isChanged = length !== undefined && length !== String(bytes.length);
  if (!isUtf8(bytes) || (isChanged && text.includes("\ufffd"))) {
    throw invalid("The body is not UTF-8.");
  }
  return text;
}

function requireJson({ headers }: HttpEvent): void {
  if (/^application\/json\s*(;|$)/i.test(headers["content-type"] ?? "")) return;
  throw new ServiceError("unsupported_media_type", "The body must be application/json.");
}

function readAll(text: string): URLSearchParams {
  const parameters = new URLSearchParams(text);
  if (parameters.size <= MAX_PARAMETERS) return parameters;
  throw invalid("The request has too many parameters.");
}

/** Returns the name that a parameter is mistaken for: `state` for `STATE` and for `state[0]`. */
function toPlainName(name: string): string {
  return name.replace(/\[.*$/s, "").toLowerCase();
}

function requireUnique(parameters: URLSearchParams): URLSearchParams {
  const names = [...parameters.keys()];
  if (new Set(names).size < names.length) throw invalid("A parameter is repeated.");
  if (names.some((name) => /[[\]]/.test(name))) throw invalidName();
  return parameters;
}

/**
 * Parses a JSON object. Rejects a list, which valibot accepts as an object.
 *
 * @throws {ServiceError} `invalid_request`, with the name of the first invalid field
 */
export function parseObject<const Schema extends v.GenericSchema>(
  schema: Schema,
  input: unknown,
  subject = "The body",
): v.InferOutput<Schema> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw invalid(`${subject} is not a JSON object.`);
  }
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

/** Returns the name of the field if the schema has it, else its number: an unknown key could contain anything. */
function describeIssue({ path, expected }: v.BaseIssue<unknown>): string {
  const [field] = path ?? [];
  if (field?.type !== "object") return "";
  if (expected !== "never") return `: ${field.key}`;
  const number = Object.keys(field.input).indexOf(field.key) + 1;
  return `: it has an unknown field, number ${number}`;
}

function invalidName(): ServiceError {
  return invalid("The name of a parameter is not valid.");
}

function invalid(message: string): ServiceError {
  return new ServiceError("invalid_request", message);
}
