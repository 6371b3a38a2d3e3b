import { notFound } from "../errors.ts";
import type { Installation, InstallationFilter } from "../installation.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { decodeCursor, encodeCursor } from "./cursor.ts";

export interface ReadDeps {
  readonly installations: InstallationReader;
}

export interface ListDeps extends ReadDeps {
  readonly stateSealer: Sealer;
}

export interface ListRequest {
  readonly filter: InstallationFilter;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/**
 * Returns one installation.
 *
 * @throws {ServiceError} `installation_not_found`, `retry_later`
 */
export async function getInstallation(
  { installations }: ReadDeps,
  id: string,
): Promise<Installation> {
  const installation = await installations.find({ id });
  if (!installation) throw notFound();
  return installation;
}

/**
 * Returns one page of installations, newest first, and the cursor of the next page.
 *
 * @throws {ServiceError} `invalid_request`, `retry_later`
 */
export async function listInstallations(
  { installations, stateSealer }: ListDeps,
  { filter, limit, cursor }: ListRequest,
): Promise<{ items: readonly Installation[]; nextCursor: string | null }> {
  const before = cursor === undefined ? undefined : await decodeCursor(stateSealer, filter, cursor);
  const { items, hasMore } = await installations.list(filter, { limit, before });
  const last = items.at(-1);
  const nextCursor = hasMore && last ? await encodeCursor(stateSealer, filter, last.id) : null;
  return { items, nextCursor };
}
