import { notFound } from "../errors.ts";
import type { Granted } from "../grants/granted-key.ts";
import type { Installation } from "../installation.ts";
import type { InstallationReader } from "../ports/installation-repository.ts";
import { addToTrace } from "../request-trace.ts";
import type { Sealer } from "../sealing/sealer.ts";
import { decodeCursor, encodeCursor, type ListFilter } from "./cursor.ts";

export interface ReadDeps {
  readonly installations: InstallationReader;
}

export interface ListDeps extends ReadDeps {
  readonly stateSealer: Sealer;
}

export interface ListRequest {
  readonly filter: ListFilter;
  /** Returns whether a grant lacks something that an install would be granted. */
  readonly isMissing: (granted: Granted) => boolean;
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
  const { platform, organizationId } = installation;
  addToTrace({ platform, organizationId });
  return installation;
}

/** A page of installations. */
interface InstallationList {
  readonly items: readonly Installation[];
  /** The cursor of the next page. */
  readonly nextCursor: string | null;
  /**
   * Whether a list of missing grants leaves out active installations, because their grants are not known, or a search
   * some that a release before has stored.
   */
  readonly hasUnknown: boolean;
}

/**
 * Returns one page of installations, newest first.
 *
 * @throws {ServiceError} `invalid_request`, `retry_later`
 */
export async function listInstallations(
  { installations, stateSealer }: ListDeps,
  { filter, isMissing, limit, cursor }: ListRequest,
): Promise<InstallationList> {
  const before = cursor === undefined ? undefined : await decodeCursor(stateSealer, filter, cursor);
  const { missing, ...stored } = filter;
  const found = missing ? await findKeys(installations, { filter, isMissing }) : undefined;
  const hasUnknown = found?.hasUnknown ?? false;
  // Nothing is missing, mostly.
  if (found?.keys.length === 0) return { items: [], nextCursor: null, hasUnknown };
  const { items, hasMore, position, isIncomplete } = await installations.list(
    { ...stored, grantedKeys: found?.keys },
    { limit, before },
  );
  const nextCursor =
    hasMore && position !== undefined ? await encodeCursor(stateSealer, filter, position) : null;
  return { items, nextCursor, hasUnknown: hasUnknown || isIncomplete };
}

/** Returns the keys of the distinct grants that lack something. All installations of a grant are on one platform. */
async function findKeys(
  installations: InstallationReader,
  { filter, isMissing }: Pick<ListRequest, "filter" | "isMissing">,
): Promise<{ keys: readonly string[]; hasUnknown: boolean }> {
  const { grants, hasUnknown } = await installations.listGrants();
  const listed = grants.filter(({ platform }) => platform === (filter.platform ?? platform));
  return { keys: listed.filter(isMissing).map(({ key }) => key), hasUnknown };
}
