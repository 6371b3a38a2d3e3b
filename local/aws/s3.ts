import { createHash, randomUUID } from "node:crypto";
import { decodeSegment } from "../http-server.ts";
import type { AwsReply } from "./reply.ts";

/** The longest that the bucket keeps an object, as its lifecycle rule says on a stage. */
const KEPT_MS = 7 * 24 * 3_600_000;

const OBJECT_PATH = /^\/(?<bucket>[a-z0-9][a-z0-9-]{1,61}[a-z0-9])\/(?<key>[^?]+)(?:\?|$)/;

/** An object that a request names. */
export interface ObjectName {
  readonly bucket: string;
  readonly key: string;
}

interface StoredObject {
  readonly body: Buffer;
  readonly storedAt: number;
}

export interface S3 {
  /** Performs `PutObject` or `GetObject`. */
  handle(operation: string, name: ObjectName, body: Buffer): AwsReply;
}

/** Returns the object in a path-style URL, or `undefined` if it names none. */
export function parseObjectName(url: string): ObjectName | undefined {
  const { bucket, key: path } = OBJECT_PATH.exec(url)?.groups ?? {};
  const segments = path?.split("/").map(decodeSegment);
  if (!bucket || !segments?.every((segment) => segment !== undefined)) return undefined;
  return { bucket, key: segments.join("/") };
}

/** Creates buckets in memory, which exist when they are first used. An object expires after seven days. */
export function createS3(now: () => number): S3 {
  const objects = new Map<string, StoredObject>();

  return {
    handle(operation, { bucket, key }, body) {
      const id = `${bucket}/${key}`;
      if (operation === "PutObject") {
        objects.set(id, { body, storedAt: now() });
        return { status: 200, headers: { etag: tagOf(body) }, body: "" };
      }
      const stored = objects.get(id);
      if (!stored || now() - stored.storedAt >= KEPT_MS) {
        objects.delete(id);
        return s3Error(404, "NoSuchKey", "The specified key does not exist.");
      }
      const headers = { "content-type": "application/octet-stream", etag: tagOf(stored.body) };
      return { status: 200, headers, body: stored.body };
    },
  };
}

/** Returns an error response, which S3 writes as XML. */
export function s3Error(status: number, code: string, message: string): AwsReply {
  const text = `<Code>${code}</Code><Message>${message}</Message><RequestId>${randomUUID()}</RequestId>`;
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error>${text}</Error>`;
  return { status, headers: { "content-type": "application/xml" }, body };
}

function tagOf(body: Buffer): string {
  return `"${createHash("md5").update(body).digest("hex")}"`;
}
