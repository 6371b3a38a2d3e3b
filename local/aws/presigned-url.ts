import { timingSafeEqual } from "node:crypto";
import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import * as v from "valibot";
import { AmzDate, type Caller, type RawRequest, toSignable } from "./sigv4.ts";

const MAX_SECONDS = 7 * 24 * 3600;

const PAYLOAD_HASH = "x-amz-content-sha256";

/** The parameters of a presigned URL, without those that it may have besides. */
const Parameters = v.object({
  "X-Amz-Algorithm": v.literal("AWS4-HMAC-SHA256"),
  "X-Amz-Credential": v.pipe(v.string(), v.regex(/^[^/]+\/\d{8}\/[\w-]+\/s3\/aws4_request$/)),
  "X-Amz-Date": AmzDate,
  "X-Amz-Expires": v.pipe(
    v.string(),
    v.digits(),
    v.toNumber(),
    v.minValue(1),
    v.maxValue(MAX_SECONDS),
  ),
  "X-Amz-SignedHeaders": v.literal("host"),
  "X-Amz-Signature": v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
});
type Parameters = v.InferOutput<typeof Parameters>;

/** Returns whether a request has its signature in its URL. */
export function isPresigned({ url = "" }: RawRequest): boolean {
  return url.includes("X-Amz-Signature=");
}

/**
 * Verifies a signature in a URL, at a time in milliseconds.
 *
 * @see [Query parameters of Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)
 */
export async function verifyPresigned(
  request: RawRequest,
  caller: Caller,
  now: number,
): Promise<"valid" | "expired" | "invalid"> {
  const search = new URLSearchParams(request.url?.split("?")[1]);
  const parsed = v.safeParse(Parameters, Object.fromEntries(search));
  if (!parsed.success) return "invalid";

  const expected = Buffer.from(await signatureOf(request, caller, parsed.output));
  const given = Buffer.from(parsed.output["X-Amz-Signature"]);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return "invalid";
  const { "X-Amz-Date": date, "X-Amz-Expires": seconds } = parsed.output;
  return now < date.getTime() + seconds * 1000 ? "valid" : "expired";
}

/** Returns the signature that the URL of the request has if `caller` signed it. */
async function signatureOf(
  request: RawRequest,
  caller: Caller,
  parameters: Parameters,
): Promise<string> {
  const { query, ...signable } = toSignable(request);
  const own = Object.entries(query).filter(([name]) => !Object.hasOwn(Parameters.entries, name));
  const [, , region = ""] = parameters["X-Amz-Credential"].split("/");
  const signer = new SignatureV4({
    credentials: caller,
    region,
    service: "s3",
    sha256: Sha256,
    uriEscapePath: false,
  });
  const [host = ""] = request.headersDistinct.host ?? [];
  const signed = await signer.presign(
    {
      ...signable,
      query: Object.fromEntries(own),
      headers: { host, [PAYLOAD_HASH]: "UNSIGNED-PAYLOAD" },
    },
    {
      signingDate: parameters["X-Amz-Date"],
      expiresIn: parameters["X-Amz-Expires"],
      unhoistableHeaders: new Set([PAYLOAD_HASH]),
      unsignableHeaders: new Set([PAYLOAD_HASH]),
    },
  );
  const { "X-Amz-Credential": credential, "X-Amz-Signature": signature } = signed.query ?? {};
  // A URL of another access key has another credential, which is signed too.
  return credential === parameters["X-Amz-Credential"] ? String(signature) : "";
}
