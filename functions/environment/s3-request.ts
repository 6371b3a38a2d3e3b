import { Sha256 } from "@aws-crypto/sha256-js";
import { SignatureV4 } from "@smithy/signature-v4";
import type { AwsAccess } from "./config.ts";

const PAYLOAD_HASH = "x-amz-content-sha256";

/** The payload hash of a request whose body is not signed: a presigned URL has none. */
const UNSIGNED = "UNSIGNED-PAYLOAD";

/**
 * Returns the URL of an object. Each segment of the key is percent-encoded once, which is the path that S3 signs.
 *
 * @see [Virtual hosting of buckets](https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html)
 */
export function objectUrl({ region, endpoint }: AwsAccess, bucket: string, key: string): URL {
  const path = key.split("/").map(encodeSegment).join("/");
  // Local mode has one host for all buckets.
  if (endpoint) return new URL(`${endpoint}/${bucket}/${path}`);
  return new URL(`https://${bucket}.s3.${region}.amazonaws.com/${path}`);
}

/** Returns the headers of a signed `PutObject`. S3 compares the body with the hash. */
export async function signPut(
  access: AwsAccess,
  url: URL,
  sha256: string,
): Promise<Record<string, string>> {
  const { headers } = await createSigner(access).sign({
    ...toSignable(url),
    method: "PUT",
    headers: { host: url.host, [PAYLOAD_HASH]: sha256 },
  });
  return headers;
}

/**
 * Returns the URL with a signature for `GetObject` that expires.
 *
 * @see [Query parameters of Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html)
 */
export async function presignGet(
  access: AwsAccess,
  url: URL,
  { expiresIn, now }: { expiresIn: number; now: Date },
): Promise<string> {
  const { query = {} } = await createSigner(access).presign(
    { ...toSignable(url), method: "GET", headers: { host: url.host, [PAYLOAD_HASH]: UNSIGNED } },
    {
      expiresIn,
      signingDate: now,
      // It is the hash of the signature, and a request with the URL has no such header.
      unhoistableHeaders: new Set([PAYLOAD_HASH]),
      unsignableHeaders: new Set([PAYLOAD_HASH]),
    },
  );
  const signed = new URL(url);
  for (const [name, value] of Object.entries(query)) signed.searchParams.set(name, String(value));
  return signed.href;
}

function createSigner({ region, credentials }: AwsAccess): SignatureV4 {
  return new SignatureV4({
    service: "s3",
    region,
    credentials,
    sha256: Sha256,
    // Only S3 does not encode the path once more.
    uriEscapePath: false,
    applyChecksum: false,
  });
}

function toSignable({ protocol, hostname, pathname }: URL) {
  return { protocol, hostname, path: pathname };
}

/** Encodes what `encodeURIComponent` leaves, and S3 does not. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
