import * as v from "valibot";
import { isServiceError, ServiceError } from "../errors.ts";
import { type InstallationFilter, InstallationId } from "../installation.ts";
import type { SealContext, Sealer } from "../sealing/sealer.ts";

const MAX_LENGTH = 256;

/** Seals where the next page of a list begins; the cursor opens only with the same filter. */
export function encodeCursor(
  sealer: Sealer,
  filter: InstallationFilter,
  lastId: string,
): Promise<string> {
  return sealer.seal(contextOf(filter), lastId);
}

/**
 * Opens a cursor: the id that the next page starts below.
 *
 * @throws {ServiceError} `invalid_request`
 */
export async function decodeCursor(
  sealer: Sealer,
  filter: InstallationFilter,
  cursor: string,
): Promise<string> {
  if (cursor.length > MAX_LENGTH) throw invalidCursor();
  const lastId = await sealer.open(contextOf(filter), cursor).catch((error: unknown) => {
    throw isServiceError(error, "decryption_failed") ? invalidCursor() : error;
  });
  return v.parse(InstallationId, lastId);
}

function contextOf({ platform, organizationId, isActive }: InstallationFilter): SealContext {
  const filter = [platform, organizationId, isActive].map((value) => JSON.stringify(value ?? null));
  return { purpose: "cursor", place: ["cursor", ...filter] };
}

function invalidCursor(): ServiceError {
  return new ServiceError("invalid_request", "The cursor does not belong to this list.");
}
