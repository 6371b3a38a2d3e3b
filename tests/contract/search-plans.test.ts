import { beforeAll, expect, test } from "vitest";
import type { InstallationFilter } from "../../core/installation.ts";
import { selectPage } from "../../core/postgres/installation-pages.ts";
import { nameKeyOf } from "../../core/search-keys.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { scansOf } from "../support/query-plans.ts";

const ROWS = 20_000;
const PAGE = 51;
const LATER = new Date("2026-01-01T00:00:00Z");

const { sql } = await startPostgresStores();

// The oldest tenth has all that the filters select, and one in a thousand a second value.
beforeAll(async () => {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration, webhook_secret,
      scopes, installed_by, is_active, inactive_reason, last_refresh_error, name_key, customer, installed_at
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'), 'jira', n::text, 'Acme', 'jira_3lo', 'client-1',
      'v1.k1.r', 'v1.k1.w', '[]', 'mia', n > ${ROWS / 10}::int,
      case
        when n <= ${ROWS / 1_000}::int then 'suspended'
        when n <= ${ROWS / 10}::int then 'uninstalled'
      end,
      case when n <= ${ROWS / 1_000}::int then 'invalid_grant' end,
      case
        when n <= ${ROWS / 1_000}::int then ${nameKeyOf("Acme Rare")}
        when n <= ${ROWS / 10}::int then ${nameKeyOf("Acme Common")}
        else ${nameKeyOf("Other")}
      end,
      case
        when n <= ${ROWS / 1_000}::int then 'c-rare'
        when n <= ${ROWS / 10}::int then 'c-common'
        else 'c-' || n
      end,
      ${LATER}::timestamptz - make_interval(hours => n)
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`analyze installations`;
});

const hoursBefore = (hours: number) => new Date(LATER.getTime() - hours * 3_600_000);

test.each<[string, InstallationFilter, string]>([
  ["a search with many matches", { search: "acme" }, "name_key"],
  ["a search with few", { search: "acme r" }, "name_key"],
  ["a search with none", { search: "acme z" }, "name_key"],
  ["a customer with many", { customer: "c-common" }, "customer"],
  ["a customer with few", { customer: "c-rare" }, "customer"],
  ["a customer with none", { customer: "c-none" }, "customer"],
  ["a frequent reason", { inactiveReason: "uninstalled" }, "inactive_reason"],
  ["a rare reason", { inactiveReason: "suspended" }, "inactive_reason"],
  ["a reason that none has", { inactiveReason: "unclaimed" }, "inactive_reason"],
  ["after a time, many", { installedAfter: hoursBefore(ROWS / 10) }, "installed_at"],
  ["after a time, few", { installedAfter: hoursBefore(20) }, "installed_at"],
  ["after a time, none", { installedAfter: LATER }, "installed_at"],
])("a page reads no other rows: %s", async (_, filter, column) => {
  const page = { limit: PAGE, before: undefined, customerKey: "customer" };
  const scans = await scansOf(sql, selectPage(sql, filter, page));

  expect(scans.some(({ condition }) => condition.includes(column))).toBe(true);
  for (const { type, rows, discarded } of scans) {
    expect(type).not.toBe("Seq Scan");
    expect(rows).toBeLessThanOrEqual(PAGE);
    expect(discarded).toBe(0);
  }
});

test("a page of those with an error reads no other rows", async () => {
  const page = { limit: PAGE, before: undefined, customerKey: "customer" };
  const scans = await scansOf(sql, selectPage(sql, { hasError: true }, page));

  expect(scans.map(({ rows }) => rows)).toContain(ROWS / 1_000);
  for (const { type, discarded } of scans) {
    expect(type).not.toBe("Seq Scan");
    expect(discarded).toBe(0);
  }
});
