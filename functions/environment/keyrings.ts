import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import { createKeyRing, type KeyRing, KeyRingDocument } from "../../core/sealing/keyring.ts";
import type { KeyRingLoader } from "../../core/sealing/sealer.ts";
import type { SecretReader } from "./secrets.ts";

/** Loads a key ring from its secret, and makes it anew only when the text has changed. */
export function createKeyRingLoader(secrets: SecretReader, arn: string): KeyRingLoader {
  let last: { text: string; ring: KeyRing } | undefined;

  return async ({ reload }) => {
    const text = await secrets.read(arn, { reload });
    if (last?.text !== text) last = { text, ring: createKeyRing(parseKeyRing(text)) };
    return last.ring;
  };
}

/**
 * The ring that a secret holds.
 *
 * @throws {ServiceError} `server_error`
 */
export function parseKeyRing(text: string): KeyRingDocument {
  const document = v.safeParse(KeyRingDocument, parseJson(text));
  if (document.success) return document.output;
  // The issues of valibot would quote the keys.
  throw new ServiceError("server_error", "A key ring of this service is malformed.", {
    reason: "key ring",
  });
}
