import { BODY_MS } from "../../core/deadlines.ts";
import { describeForeignError, ServiceError } from "../../core/errors.ts";
import type { BodyReference, DeliveryBodies } from "../../core/ports/delivery-bodies.ts";
import { readAwsAccess, readDeliveryBucket } from "./config.ts";

const URL_SECONDS = 15 * 60;

/** The second attempt is for a connection that was open while Lambda froze the process, and for a 503 of S3. */
const ATTEMPTS = 2;

/**
 * Creates the adapter of the bucket that `DELIVERY_BUCKET` names.
 *
 * It signs its requests with the SDK's signer and sends them by `fetch`, which is 20 KB of code in a bundle. The
 * SDK's S3 client and presigner are 420 KB.
 */
export function createDeliveryBodies(): DeliveryBodies {
  const bucket = readDeliveryBucket();
  // Imported on first use, because most deliveries are small and need no signature.
  const open = async (key: string) => {
    const s3 = await import("./s3-request.ts");
    const access = readAwsAccess();
    return { s3, access, url: s3.objectUrl(access, bucket, key) };
  };

  return {
    async put(key, body, sha256): Promise<BodyReference> {
      const { s3, access, url } = await open(key);
      const headers = await s3.signPut(access, url, sha256);
      const signal = AbortSignal.timeout(BODY_MS);
      await send(url, { method: "PUT", headers, body: Buffer.from(body), signal });
      return { bucket, key, bytes: body.byteLength, sha256 };
    },

    async createUrl(key) {
      const { s3, access, url } = await open(key);
      return s3.presignGet(access, url, { expiresIn: URL_SECONDS, now: new Date() });
    },
  };
}

async function send(url: URL, init: RequestInit): Promise<void> {
  let reason = "";
  for (let attempt = 1; attempt <= ATTEMPTS && !init.signal?.aborted; attempt += 1) {
    try {
      const response = await fetch(url, { ...init, redirect: "manual" });
      await response.body?.cancel();
      if (response.ok) return;
      reason = `status ${response.status}`;
      if (response.status < 500) break;
    } catch (error) {
      // Undici wraps the error of the connection.
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      reason = describeForeignError(cause);
    }
  }
  throw new ServiceError("retry_later", "The body could not be stored. Try again.", { reason });
}
