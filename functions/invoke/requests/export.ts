import * as v from "valibot";
import { InstallationId } from "../../../core/installation.ts";

export const MAX_EXPORT_ROWS = 1_000;
/** As base64 these are 4 MB, the most that `import` accepts. */
export const MAX_EXPORT_BYTES = 2_900_000;

/**
 * The public half of an X25519 key pair. Only the holder of the private half can decrypt the response.
 *
 * @see RFC 8037, section 2
 */
export const ExportPublicKey = v.strictObject({
  kty: v.literal("OKP"),
  crv: v.literal("X25519"),
  x: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{43}$/)),
});
export type ExportPublicKey = v.InferOutput<typeof ExportPublicKey>;

export const ExportRequest = v.strictObject({
  public_key: ExportPublicKey,
  after: v.optional(InstallationId),
});
