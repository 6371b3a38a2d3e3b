import { ServiceError } from "../errors.ts";
import { openOr, type SealContext, type Sealer } from "./sealer.ts";

const MAX_LENGTH = 1024;

/** Encrypts the position that the next page of a list starts at. `list` names the list, and its filter. */
export function sealCursor(
  sealer: Sealer,
  list: readonly string[],
  position: string,
): Promise<string> {
  return sealer.seal(contextOf(list), position);
}

/**
 * Decrypts a cursor of the same list, and returns the position that the next page starts at.
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
