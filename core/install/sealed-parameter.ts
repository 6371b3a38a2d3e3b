import { ServiceError } from "../errors.ts";
import { openOr, type SealContext, type Sealer } from "../sealing/sealer.ts";
import { invalidState } from "./invalid-state.ts";

const MAX_LENGTH = 2048;

/**
 * Encrypts a parameter that a URL carries back, to at most 2,048 characters.
 *
 * @throws {ServiceError} `invalid_request` if the redirect URI and metadata in it are too long together
 */
export async function sealParameter(
  sealer: Sealer,
  context: SealContext,
  content: object,
): Promise<string> {
  const sealed = await sealer.seal(context, JSON.stringify(content));
  if (sealed.length <= MAX_LENGTH) return sealed;
  throw new ServiceError("invalid_request", "The redirect_uri and metadata are too long together.");
}

/**
 * Decrypts a parameter of a URL, and returns its JSON value.
 *
 * @throws {ServiceError} `invalid_state` if it was not encrypted here for this context. The logged reason begins
 * with `prefix`.
 */
export async function openParameter(
  sealer: Sealer,
  context: SealContext,
  sealed: string,
  prefix = "",
): Promise<unknown> {
  const encoded = { text: sealed, maxLength: MAX_LENGTH };
  const text = await openOr(sealer, context, encoded, (reason) => {
    throw invalidState(`${prefix}${reason}`);
  });
  return JSON.parse(text);
}
