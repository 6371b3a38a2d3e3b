import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import * as v from "valibot";

const MAX_CLOCK_SKEW_MS = 5 * 60_000;

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/,\s]+)\/\d{8}\/(?<region>[\w-]+)\/[\w-]+\/aws4_request, ?SignedHeaders=(?<signedHeaders>[^,\s]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

/** The time of a signature, e.g. `20261122T120000Z`. */
export const AmzDate = v.pipe(
  v.string(),
  v.regex(AMZ_DATE),
  v.transform((text) => new Date(text.replace(AMZ_DATE, "$1-$2-$3T$4:$5:$6Z"))),
  v.date(),
);

const Authorization = v.object({
  accessKeyId: v.string(),
  region: v.string(),
  signedHeaders: v.pipe(
    v.string(),
    v.transform((names) => names.split(";")),
  ),
  signature: v.string(),
});

type Authorization = v.InferOutput<typeof Authorization>;

export interface Caller {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly arn: string;
}

/** The fields of a `node:http` request that its signature covers. */
export type RawRequest = Pick<IncomingMessage, "method" | "url" | "headersDistinct">;

/**
 * Returns the caller if it signed the request and its body for `service` in the last five minutes.
 *
 * @see [Signature Version 4](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html)
 */
export async function verifySignature(
  request: RawRequest,
  body: Uint8Array,
  caller: Caller,
  service: string,
): Promise<Caller | undefined> {
  const authorization = readAuthorization(request);
  if (authorization?.accessKeyId !== caller.accessKeyId) return undefined;

  const date = v.safeParse(AmzDate, header(request, "x-amz-date"));
  const headers = pickHeaders(request, authorization.signedHeaders);
  if (!date.success || !headers || !isRecent(date.output) || !isBodyAsDeclared(request, body))
    return undefined;

  const signer = new SignatureV4({
    credentials: caller,
    region: authorization.region,
    service,
    sha256: Sha256,
    // S3 signs the path as it was sent.
    uriEscapePath: service !== "s3",
    // A checksum would add a header that the client did not sign.
    applyChecksum: false,
  });
  const signed = await signer.sign(
    { ...toSignable(request), headers, body },
    { signingDate: date.output, signableHeaders: new Set(authorization.signedHeaders) },
  );
  return isSameSignature(signed.headers.authorization, authorization) ? caller : undefined;
}

/** Parses the `Authorization` header, without verifying it. Returns `undefined` unless it is Signature Version 4. */
export function readAuthorization(request: RawRequest): Authorization | undefined {
  const groups = AUTHORIZATION.exec(header(request, "authorization") ?? "")?.groups;
  const parsed = v.safeParse(Authorization, groups);
  return parsed.success ? parsed.output : undefined;
}

function header({ headersDistinct }: RawRequest, name: string): string | undefined {
  return Object.hasOwn(headersDistinct, name) ? headersDistinct[name]?.join(",") : undefined;
}

/** Returns the signed headers, or `undefined` if one is missing or the host is not signed. */
function pickHeaders(
  request: RawRequest,
  names: readonly string[],
): Record<string, string> | undefined {
  if (!names.includes("host")) return undefined;
  const headers = new Map<string, string>();
  for (const name of names) {
    const value = header(request, name);
    if (value === undefined) return undefined;
    headers.set(name, value);
  }
  return Object.fromEntries(headers);
}

function isRecent(date: Date): boolean {
  return Math.abs(Date.now() - date.getTime()) <= MAX_CLOCK_SKEW_MS;
}

function isBodyAsDeclared(request: RawRequest, body: Uint8Array): boolean {
  const declared = header(request, "x-amz-content-sha256");
  if (declared === undefined || declared === "UNSIGNED-PAYLOAD") return true;
  return declared === createHash("sha256").update(body).digest("hex");
}

/** Returns a request as the signer of the SDK takes it, without headers and body. */
export function toSignable({ method = "GET", url = "/" }: RawRequest) {
  // Keeps the path as sent: the signer encodes it once more, like AWS.
  const [path = "/", ...search] = url.split("?");
  const parameters = Map.groupBy(new URLSearchParams(search.join("?")), ([name]) => name);
  const query = Object.fromEntries(
    [...parameters].map(([name, pairs]) => [name, pairs.map(([, value]) => value)] as const),
  );
  return { method, path, query, protocol: "http:", hostname: "" };
}

function isSameSignature(expected = "", { signature }: Authorization): boolean {
  const bytes = Buffer.from(expected.slice(-signature.length));
  return bytes.length === signature.length && timingSafeEqual(bytes, Buffer.from(signature));
}
