import { afterAll, describe, expect, test } from "vitest";
import { createTestDatabase } from "../support/database.ts";

const { sql, drop } = await createTestDatabase();

afterAll(drop);

describe("the schema", () => {
  test("bounds every text that is part of an index key, which may have 1 KiB on Aurora DSQL", async () => {
    const unbounded = await sql`
      select indrelid::regclass::text as table, attname as column
      from pg_index
      join pg_attribute on attrelid = indrelid and attnum = any(indkey)
      where indrelid::regclass::text in (
          'installations', 'pending_events', 'consumed_states', 'pending_installations'
        )
        and atttypid = 'text'::regtype
        -- It had no check in the baseline, and Aurora DSQL adds none. All that write it allow 255 characters.
        and attname <> 'installed_by_id'
        -- These are added after the baseline: hashes, a host, and what lists find installations by, which is cut.
        and attname not in (
          'granted_key', 'webhook_configuration', 'webhook_host', 'name_key', 'customer'
        )
        and not exists (
          select from pg_constraint
          where conrelid = indrelid
            and contype = 'c'
            and conkey = array[attnum]
            and pg_get_constraintdef(oid) ~ 'length\\(|\\{\\d+\\}|\\{\\d+,\\d+\\}|= ANY'
        )
    `;

    expect(unbounded).toEqual([]);
  });

  test("has at most 24 indexes on a table, as Aurora DSQL allows", async () => {
    const [row] = await sql`
      select max(indexes) as indexes
      from (select count(*)::int as indexes from pg_index group by indrelid) as tables
    `;

    expect(row?.indexes).toBeLessThanOrEqual(24);
  });

  test("has at most 8 columns in a key", async () => {
    const [row] = await sql`select max(indnatts) as columns from pg_index`;

    expect(row?.columns).toBeLessThanOrEqual(8);
  });

  test.each([
    ["a token that is not encrypted", "access_token = 'gho_FAKE'"],
    ["no registration", "registration = null"],
    ["a registration that is not encrypted", "registration = 'client-1'"],
    ["a refresh that was sent and not counted", "refresh_sent_at = now()"],
    ["a refresh that was counted and not sent", "refresh_attempts = 1"],
    ["fewer than no failures", "refresh_failures = -1"],
    ["scopes that are no list", "scopes = '{}'"],
    ["metadata that is a list", "metadata = '[]'"],
    ["an inactive installation without a reason", "is_active = false"],
    ["an app's name with a slash", "app = 'a/b'"],
    [
      "an id at the platform that an index cannot hold",
      "provider_installation_id = repeat('1', 129)",
    ],
  ])("refuses %s", async (_, change) => {
    await sql`delete from installations`;
    await sql`
      insert into installations (
        id, platform, organization_id, organization_name, kind, client_id, registration,
        webhook_secret, installed_by
      ) values (
        ${`inst-${"0".repeat(32)}`}, 'slack', 'T1', 'One', 'slack_bot', 'client-1', 'v1.k1.r',
        'v1.k1.w', 'mia'
      )
    `;

    const changed = sql.unsafe(`update installations set ${change}`);

    await expect(changed).rejects.toMatchObject({ code: expect.stringMatching(/^23(502|514)$/) });
  });
});
