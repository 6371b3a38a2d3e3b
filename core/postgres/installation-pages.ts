import type postgres from "postgres";
import * as v from "valibot";
import { type Installation, type InstallationFilter, OrganizationId } from "../installation.ts";
import type { PageRequest } from "../ports/page.ts";
import { nameRangeOf, toCustomer } from "../search-keys.ts";
import type { Sql } from "./connection.ts";
import { fromGranted } from "./granted-columns.ts";
import { installationColumns } from "./installation-columns.ts";

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Of a page, with the metadata key that the configuration has for customers. */
interface PageOptions extends PageRequest {
  readonly customerKey: string;
  /** Whether some rows may not have the keys of a search. Those of a customer are found by their metadata then. */
  readonly lacksKeys?: boolean;
}

/** A row of a page, with what a list in another order than the ids' is sorted by. */
export type PageRow = Installation & { readonly sortKey: string | null };

/** The order of a list, whose pages are ranges of one index: no other rows are read, however many match. */
interface Order {
  readonly source: Fragment;
  readonly by: Fragment;
  /** The column that the list is sorted by before the id; `null` for a list that is sorted by the id alone. */
  readonly key: Fragment;
}

/**
 * Selects a page: by name for a search, by the time of the install for those after a time, else by id. The rest of the
 * filter selects from that.
 */
export function selectPage(sql: Sql, filter: InstallationFilter, options: PageOptions) {
  const { source, by, key } = orderOf(sql, filter, options);
  return sql<PageRow[]>`
    select ${installationColumns(sql)}, ${key} as "sortKey"
    from ${source}
    order by ${by}
    limit ${options.limit}
  `;
}

/** Returns the position of a row, after which the next page starts. */
export function positionOf({ id, sortKey }: Pick<PageRow, "id" | "sortKey">): string {
  return sortKey === null ? id : `${id} ${sortKey}`;
}

function parsePosition(position: string): { readonly id: string; readonly sortKey: string } {
  const [id = "", ...rest] = position.split(" ");
  return { id, sortKey: rest.join(" ") };
}

function orderOf(sql: Sql, filter: InstallationFilter, options: PageOptions): Order {
  const { grantedKeys, search, installedAfter, isActive } = filter;
  const { limit, before } = options;
  const matching = matchingOf(sql, filter, options);
  const isBefore = before === undefined ? sql`` : sql`and id < ${before}`;
  if (grantedKeys) {
    const searched = search === undefined ? sql`` : sql`and ${isFound(sql, search)}`;
    const since = installedAfter === undefined ? sql`` : sql`and installed_at > ${installedAfter}`;
    const rows = sql`${matching} ${searched} ${since} ${isBefore}`;
    return byId(sql, fromGranted(sql, { grantedKeys, isActive }, rows, limit));
  }
  if (search !== undefined) {
    const since = installedAfter === undefined ? sql`` : sql`and installed_at > ${installedAfter}`;
    return byName(sql, search, { matching: sql`${matching} ${since}`, limit, before });
  }
  if (installedAfter !== undefined) return byTime(sql, installedAfter, { matching, before });
  const order = byId(sql, sql`installations where ${matching} ${isBefore}`);
  return hasOwnIndex(filter) ? { ...order, by: sql`installations.id desc nulls last` } : order;
}

/** An index for a filter has the ids in an order of its own, so that no other one can be used to sort by them. */
function hasOwnIndex({ customer, inactiveReason, hasError }: InstallationFilter): boolean {
  return customer !== undefined || inactiveReason !== undefined || hasError === true;
}

function matchingOf(sql: Sql, filter: InstallationFilter, options: PageOptions): Fragment {
  const { platform, organizationId, isActive, inactiveReason, customer, hasError } = filter;
  return sql`
    true
      ${platform === undefined ? sql`` : sql`and platform = ${platform}`}
      ${organizationId === undefined ? sql`` : sql`and organization_id = ${organizationId}`}
      ${isActive === undefined ? sql`` : sql`and is_active = ${isActive}`}
      ${inactiveReason === undefined ? sql`` : sql`and inactive_reason = ${inactiveReason}`}
      ${customer === undefined ? sql`` : sql`and ${isOfCustomer(sql, customer, options)}`}
      ${hasError ? sql`and last_refresh_error is not null` : sql``}
  `;
}

function isOfCustomer(sql: Sql, customer: string, { customerKey, lacksKeys }: PageOptions) {
  const stored = toCustomer(customer);
  if (stored === customer && !lacksKeys) return sql`customer = ${customer}`;
  const number = String(Number(customer)) === customer ? Number(customer) : customer;
  const isNamed = sql`(
    metadata @> ${sql.json({ [customerKey]: customer })}
    or metadata @> ${sql.json({ [customerKey]: number })}
  )`;
  return lacksKeys ? isNamed : sql`customer = ${stored} and ${isNamed}`;
}

function byId(sql: Sql, source: Fragment): Order {
  return { source, by: sql`installations.id desc`, key: sql`null` };
}

function byTime(
  sql: Sql,
  since: Date,
  { matching, before }: { matching: Fragment; before: string | undefined },
): Order {
  const { id, sortKey } = parsePosition(before ?? "");
  // postgres.js sends a timestamp in milliseconds, which would leave out rows of the same millisecond.
  const last = sql`${sortKey}::text::timestamptz`;
  const isBefore =
    before === undefined
      ? sql``
      : sql`and installed_at <= ${last} and (installed_at < ${last} or id < ${id})`;
  return {
    source: sql`installations where ${matching} and installed_at > ${since} ${isBefore}`,
    by: sql`installed_at desc, installations.id desc`,
    key: sql`installations.installed_at::text`,
  };
}

interface Searched {
  readonly matching: Fragment;
  readonly limit: number;
  readonly before: string | undefined;
}

/** Each way to find a row has an index of its own, which an `or` would not use. */
function byName(sql: Sql, search: string, { matching, limit, before }: Searched): Order {
  const { from, to } = nameRangeOf(search);
  const { id, sortKey } = parsePosition(before ?? "");
  const isAfter =
    before === undefined
      ? sql``
      : sql`
          and coalesce(name_key, '') >= ${sortKey}
          and (coalesce(name_key, '') > ${sortKey} or id > ${id})
        `;
  const isAfterInRange =
    before === undefined
      ? sql``
      : sql`and name_key >= ${sortKey} and (name_key > ${sortKey} or id > ${id})`;
  const sortedRows = (found: Fragment) => sql`
    select id, coalesce(name_key, '') as name_key
    from installations
    where ${found} and ${matching} ${isAfter}
  `;
  const byIds = isId(search)
    ? sql`
        union (${sortedRows(sql`organization_id = ${search}`)})
        union (${sortedRows(sql`provider_installation_id = ${search}`)})
        union (${sortedRows(sql`id = ${search}`)})
      `
    : sql``;
  return {
    source: sql`
      (
        (
          select id, name_key
          from installations
          where name_key >= ${from} and name_key < ${to} and ${matching} ${isAfterInRange}
          order by name_key, id
          limit ${limit}
        )
        ${byIds}
      ) as page
      join installations on installations.id = page.id
    `,
    by: sql`page.name_key, page.id`,
    key: sql`page.name_key`,
  };
}

/** The same as a condition, for a list that is read by another index. */
function isFound(sql: Sql, search: string) {
  const { from, to } = nameRangeOf(search);
  return sql`(
    (name_key >= ${from} and name_key < ${to})
    or organization_id = ${search}
    or provider_installation_id = ${search}
    or id = ${search}
  )`;
}

/** Returns whether a text may be an id: of an organization, an installation at its platform, or one here. */
function isId(text: string): boolean {
  return v.is(OrganizationId, text);
}
