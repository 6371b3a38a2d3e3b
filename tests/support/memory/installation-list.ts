import { grantedKey } from "../../../core/grants/granted-key.ts";
import type { InstallationFilter } from "../../../core/installation.ts";
import type { PageRequest } from "../../../core/ports/page.ts";
import { DEFAULT_CUSTOMER_KEY, foldName } from "../../../core/search-keys.ts";
import type { Row } from "./installation-row.ts";

type Compare = (one: Row, other: Row) => number;

const byText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);

const byId: Compare = (one, other) => byText(other.id, one.id);
const byTime: Compare = (one, other) =>
  other.installedAt.getTime() - one.installedAt.getTime() || byId(one, other);
const byName: Compare = (one, other) =>
  byText(foldName(one.organizationName), foldName(other.organizationName)) ||
  byText(one.id, other.id);

/** Returns a page of the rows that match a filter. A position is the id of the last row. */
export function listRows(
  rows: readonly Row[],
  filter: InstallationFilter,
  { limit, before }: PageRequest,
) {
  const sorted = rows.toSorted(orderOf(filter));
  const start = before === undefined ? 0 : sorted.findIndex(({ id }) => id === before) + 1;
  const found = sorted.slice(start).filter((row) => isMatching(row, filter));
  const page = found.slice(0, limit);
  return {
    rows: page,
    hasMore: found.length > limit,
    position: page.at(-1)?.id,
    isIncomplete: false,
  };
}

function orderOf({ search, installedAfter, grantedKeys }: InstallationFilter): Compare {
  if (grantedKeys) return byId;
  if (search !== undefined) return byName;
  return installedAfter === undefined ? byId : byTime;
}

function isMatching(row: Row, filter: InstallationFilter): boolean {
  const { platform, organizationId, isActive, inactiveReason, customer, grantedKeys } = filter;
  return (
    (platform === undefined || row.platform === platform) &&
    (organizationId === undefined || row.organizationId === organizationId) &&
    (isActive === undefined || row.isActive === isActive) &&
    (inactiveReason === undefined || row.inactiveReason === inactiveReason) &&
    (customer === undefined || isOfCustomer(row, customer)) &&
    (!filter.hasError || row.lastRefreshError !== null) &&
    (filter.installedAfter === undefined || row.installedAt > filter.installedAfter) &&
    (!grantedKeys || grantedKeys.includes(grantedKey(row) ?? "")) &&
    (filter.search === undefined || isFound(row, filter.search))
  );
}

function isOfCustomer({ metadata }: Row, customer: string): boolean {
  const { [DEFAULT_CUSTOMER_KEY]: named } = metadata;
  return named === customer || (typeof named === "number" && String(named) === customer);
}

function isFound(row: Row, search: string): boolean {
  const ids: readonly (string | null)[] = [row.id, row.organizationId, row.providerInstallationId];
  return ids.includes(search) || foldName(row.organizationName).startsWith(foldName(search));
}
