import type { InstallationFilter } from "../installation.ts";
import { openCursor, sealCursor } from "../sealing/cursor.ts";
import type { Sealer } from "../sealing/sealer.ts";

/** The filter of a list, as a caller gives it. */
export interface ListFilter extends Omit<InstallationFilter, "grantedKeys"> {
  /** Only those whose grant lacks something that an install would be granted. */
  readonly missing?: boolean | undefined;
}

/** Encrypts the position that the next page of a list starts at. The cursor is valid only with the same filter. */
export function encodeCursor(
  sealer: Sealer,
  filter: ListFilter,
  position: string,
): Promise<string> {
  return sealCursor(sealer, listOf(filter), position);
}

/**
 * Decrypts a cursor and returns the position that the next page starts at.
 *
 * @throws {ServiceError} `invalid_request`
 */
export function decodeCursor(sealer: Sealer, filter: ListFilter, cursor: string): Promise<string> {
  return openCursor(sealer, listOf(filter), cursor);
}

/** Names the filters of a release before by their place, so that its cursors stay valid. */
function listOf({ platform, organizationId, isActive, missing, ...others }: ListFilter): string[] {
  const filter = [platform, organizationId, isActive].map((value) => JSON.stringify(value ?? null));
  const named = Object.entries(others)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .sort();
  return [...filter, ...(missing ? ["missing"] : []), ...named];
}
