import { ServiceError } from "../errors.ts";
import { openOr, type SealContext, type Sealer } from "./sealer.ts";

const MAX_LENGTH = 256;

/** Encrypts the id that the next page of a list starts below. `list` names the list, and its filter. */
export function sealCursor(
  sealer: Sealer,
  list: readonly string[],
  lastId: string,
): Promise<string> {
  return sealer.seal(contextOf(list), lastId);
}

/**
 * Decrypts a cursor of the same list, and returns the id that the next page starts below.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function openCursor(
  sealer: Sealer,
  list: readonly string[],
  cursor: string,
): Promise<string> {
  return openOr(sealer, contextOf(list), { text: cursor, maxLength: MAX_LENGTH }, () => {
    throw new ServiceError("invalid_request", "The cursor does not belong to this list.");
  });
}

function contextOf(list: readonly string[]): SealContext {
  return { purpose: "cursor", binding: ["cursor", ...list] };
}
