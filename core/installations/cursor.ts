import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { type InstallationFilter, InstallationId } from "../installation.ts";
import { openOr, type SealContext, type Sealer } from "../sealing/sealer.ts";

const MAX_LENGTH = 256;

/** Encrypts the id that the next page of a list starts below. The cursor is valid only with the same filter. */
export function encodeCursor(
  sealer: Sealer,
  filter: InstallationFilter,
  lastId: string,
): Promise<string> {
  return sealer.seal(contextOf(filter), lastId);
}

/**
 * Decrypts a cursor and returns the id that the next page starts below.
 *
 * @throws {ServiceError} `invalid_request`
 */
export async function decodeCursor(
  sealer: Sealer,
  filter: InstallationFilter,
  cursor: string,
): Promise<string> {
  const sealed = { text: cursor, maxLength: MAX_LENGTH };
  const lastId = await openOr(sealer, contextOf(filter), sealed, () => {
    throw invalidCursor();
  });
  return v.parse(InstallationId, lastId);
}

function contextOf({ platform, organizationId, isActive }: InstallationFilter): SealContext {
  const filter = [platform, organizationId, isActive].map((value) => JSON.stringify(value ?? null));
  return { purpose: "cursor", binding: ["cursor", ...filter] };
}

function invalidCursor(): ServiceError {
  return new ServiceError("invalid_request", "The cursor does not belong to this list.");
}
