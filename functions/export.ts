import { CompactEncrypt, calculateJwkThumbprint, importJWK } from "jose";
import * as v from "valibot";
import { ServiceError } from "../core/errors.ts";
import { InstallationId } from "../core/installation.ts";
import { exportInstallations } from "../core/operations/export.ts";
import { directFunction } from "./invoke/direct-function.ts";
import { toLine } from "./invoke/ndjson.ts";
import { exportDeps } from "./wiring/dependencies.ts";

const MAX_ROWS = 1_000;
/** Base64 makes 4 MB of it; `import` takes as many. */
const MAX_BYTES = 2_900_000;

/**
 * The public half of a key pair: whoever holds the other half reads the answer, and nobody else.
 *
 * @see RFC 8037, section 2
 */
const PublicKey = v.strictObject({
  kty: v.literal("OKP"),
  crv: v.literal("X25519"),
  x: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});
type PublicKey = v.InferOutput<typeof PublicKey>;

const ExportRequest = v.strictObject({
  public_key: PublicKey,
  /** `last_id` of the answer before: where to go on. */
  after: v.optional(InstallationId),
});

const deps = await exportDeps();

/** Invoked as `export`: answers installations with their tokens, encrypted for the caller's key. */
export const handler = directFunction("Exports", ExportRequest, async (request) => {
  const { lines, unreadable, lastId } = await exportInstallations(deps, {
    after: request.after,
    maxRows: MAX_ROWS,
    maxBytes: MAX_BYTES,
    toLine,
  });
  const recipient = await calculateJwkThumbprint(request.public_key);
  const jwe = await encrypt(lines.join("\n"), request.public_key, recipient);
  return {
    answer: { jwe, rows: lines.length, unreadable, last_id: lastId },
    audit: { rows: lines.length, recipient },
  };
});

/**
 * Encrypts under a key that is agreed on for this text alone.
 *
 * @throws {ServiceError} `invalid_request` for a key that is a point of small order: anybody would agree
 * @see RFC 7518, section 4.6 (ECDH-ES)
 */
async function encrypt(text: string, publicKey: PublicKey, recipient: string): Promise<string> {
  try {
    return await new CompactEncrypt(Buffer.from(text))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM", kid: recipient })
      .encrypt(await importJWK(publicKey, "ECDH-ES"));
  } catch {
    throw new ServiceError("invalid_request", "Nothing can be encrypted for this public_key.");
  }
}
