import * as v from "valibot";
import { ServiceError } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import { createKeyRing, type KeyRing, KeyRingDocument } from "../../core/sealing/keyring.ts";
import type { KeyRingLoader } from "../../core/sealing/sealer.ts";
import type { SecretReader } from "./secrets.ts";

/** Creates a loader that reads a key ring from its secret and parses it again only after a change. */
export function createKeyRingLoader(secrets: SecretReader, arn: string): KeyRingLoader {
  let last: { text: string; ring: KeyRing } | undefined;

  return async ({ reload }) => {
    const text = await secrets.read(arn, { reload });
    if (last?.text !== text) last = { text, ring: createKeyRing(parseKeyRing(text)) };
    return last.ring;
  };
}

/**
 * Parses the key ring in the text of a secret.
 *
 * @throws {ServiceError} `server_error`
 */
export function parseKeyRing(text: string): KeyRingDocument {
  const document = v.safeParse(KeyRingDocument, parseJson(text));
  if (document.success) return document.output;
  // The issues of valibot would contain the keys.
  throw new ServiceError("server_error", "A key ring of this service is malformed.", {
    reason: "key ring",
  });
}
