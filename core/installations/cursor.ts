import * as v from "valibot";
import { type InstallationFilter, InstallationId } from "../installation.ts";
import { openCursor, sealCursor } from "../sealing/cursor.ts";
import type { Sealer } from "../sealing/sealer.ts";

/** The filter of a list, as a caller gives it. */
export interface ListFilter extends Omit<InstallationFilter, "grantedKeys"> {
  /** Only those whose grant lacks something that an install would be granted. */
  readonly missing?: boolean | undefined;
}

/** Encrypts the id that the next page of a list starts below. The cursor is valid only with the same filter. */
export function encodeCursor(sealer: Sealer, filter: ListFilter, lastId: string): Promise<string> {
  return sealCursor(sealer, listOf(filter), lastId);
}

/**
 * Decrypts a cursor and returns the id that the next page starts below.
 *
 * @throws {ServiceError} `invalid_request`
 */
export async function decodeCursor(
  sealer: Sealer,
  filter: ListFilter,
  cursor: string,
): Promise<string> {
  return v.parse(InstallationId, await openCursor(sealer, listOf(filter), cursor));
}

function listOf({ platform, organizationId, isActive, missing }: ListFilter): string[] {
  const filter = [platform, organizationId, isActive].map((value) => JSON.stringify(value ?? null));
  return missing ? [...filter, "missing"] : filter;
}
