import { beforeAll, expect, test } from "vitest";
import { SELECT_GRANTS, selectAllGrants } from "../../core/postgres/distinct-grants.ts";
import { selectPage } from "../../core/postgres/installation-pages.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { scansOf } from "../support/query-plans.ts";

const ROWS = 20_000;
const PAGE = 51;

const { sql } = await startPostgresStores();

// The oldest tenth has the grants of an earlier configuration, and every second one is active. No vacuum has made
// the rows visible to all: an index alone is not enough then, which makes the order of the ids look cheaper.
beforeAll(async () => {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration, webhook_secret,
      scopes, granted_key, installed_by, is_active, inactive_reason
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'), 'jira', n::text, 'Acme', 'jira_3lo', 'client-1',
      'v1.k1.r', 'v1.k1.w', jsonb_build_array(n <= ${ROWS / 10}::int),
      case when n <= ${ROWS / 1_000}::int then 'key-1' when n <= ${ROWS / 10}::int then 'key-2' else 'key-3' end,
      'mia', n % 2 = 0, case when n % 2 = 1 then 'uninstalled' end
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`analyze installations`;
});

test.each([
  ["the oldest in a thousand", { grantedKeys: ["key-1"] }, 2 * PAGE],
  ["the oldest in ten", { grantedKeys: ["key-1", "key-2"] }, 4 * PAGE],
  ["the inactive ones", { grantedKeys: ["key-2"], isActive: false }, PAGE],
  ["a later page", { grantedKeys: ["key-2"], before: `inst-${"0".repeat(28)}1388` }, 2 * PAGE],
  ["none", { grantedKeys: ["key-4"] }, 0],
] as const)("a page of missing grants reads no other rows: %s", async (_, { ...filter }, rows) => {
  const before = "before" in filter ? filter.before : undefined;

  const page = { limit: PAGE, before, customerKey: "customer" };
  const scans = await scansOf(sql, selectPage(sql, filter, page));

  const byGrant = scans.filter(({ condition }) => condition.includes("granted_key"));
  expect(byGrant).toHaveLength(1);
  expect(byGrant[0]?.condition).toContain("is_active");
  for (const { type, discarded } of scans) {
    expect(type).not.toBe("Seq Scan");
    expect(discarded).toBe(0);
  }
  expect(byGrant[0]?.rows).toBeLessThanOrEqual(rows);
});

test("the distinct grants are found by one row of each", async () => {
  const { grants } = await selectAllGrants(sql);
  const scans = await scansOf(sql, sql.unsafe(SELECT_GRANTS.replace("$1", "''")));

  expect(grants.map(({ key }) => key)).toEqual(["key-1", "key-2", "key-3"]);
  for (const { type, rows, discarded } of scans.filter(({ type }) => type !== "CTE Scan")) {
    expect(type).not.toBe("Seq Scan");
    expect(rows).toBeLessThanOrEqual(1);
    expect(discarded).toBe(0);
  }
});
