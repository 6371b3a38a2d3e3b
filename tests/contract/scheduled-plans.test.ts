import { beforeAll, expect, test } from "vitest";
import { selectDueWork } from "../../core/postgres/due-work.ts";
import {
  deleteDeliveries,
  deleteLinks,
  deleteOutbox,
  deletePending,
  deleteRedeliveries,
  deleteStates,
  resume,
  selectIdle,
  selectSuspended,
  wipeEnded,
} from "../../core/postgres/expiry-statements.ts";
import { selectDueWebhooks } from "../../core/postgres/webhook-registrations.ts";
import { startPostgresStores } from "../support/postgres-stores.ts";
import { scansOf } from "../support/query-plans.ts";

const ROWS = 20_000;

const { sql } = await startPostgresStores();

beforeAll(async () => {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration,
      refresh_token, webhook_secret, token_stored_at, refresh_token_expires_at, installed_by,
      is_active, inactive_reason, wipe_tokens_at, sweep_after, grant_ends_at, webhook_configuration, webhooks_due_at
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'), 'jira', n::text, 'Acme', 'jira_3lo', 'client-1',
      'v1.k1.r', 'v1.k1.t', 'v1.k1.w', now() - interval '29 days' * n / ${ROWS},
      now() + interval '31 days' * (1 + n), 'mia',
      n % 10 > 0, case when n % 10 = 0 then 'uninstalled' end,
      case when n % 10 = 0 then now() + interval '1 day' end,
      case when n % 10 = 1 then now() + interval '1 day' end,
      case when n % 10 = 2 then now() + interval '1 day' end,
      'hash', now() + interval '1 day'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into consumed_states (id, consumed_by, expires_at)
    select lpad(n::text, 32, '0'), 'somebody', now() from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into pending_installations (
      id, platform, cookie_hash, organization_ids, grants, expires_at
    )
    select md5(n::text), 'jira', 'hash', '[]', 'v1.k1.g', now() + interval '10 minutes'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into install_links (id, intent, expires_at)
    select 'link-' || md5(n::text), 'v1.k1.i', now() + interval '1 day'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into pending_events (
      id, installation_id, platform, organization_id, organization_name, type, next_try_at
    )
    select 'evt-' || md5(n::text), 'inst-1', 'jira', '1', 'Acme', 'created', now() + interval '1 day'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into deliveries (id, platform, event, claimed_by, claimed_until, received_at)
    select 'github:' || n, 'github', 'issues', 'somebody', now(), now()
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into outbox (id, event, stored_at, next_try_at)
    select 'github:' || n, 'v1.k1.e', now(), now() + interval '1 day'
    from generate_series(1, ${ROWS}::int) as n
  `;
  await sql`
    insert into redeliveries (guid, attempt_id, failed_at, next_try_at)
    select n::text, n::text, now(), now() + interval '1 day'
    from generate_series(1, ${ROWS}::int) as n
  `;
  // It has one row for each platform, for which no index is used.
  await sql`delete from delivery_scans`;
  await sql`vacuum analyze deliveries`;
  await sql`vacuum analyze outbox`;
  await sql`vacuum analyze redeliveries`;
  await sql`vacuum analyze installations`;
  await sql`vacuum analyze install_links`;
  await sql`vacuum analyze pending_events`;
  await sql`vacuum analyze consumed_states`;
  await sql`vacuum analyze pending_installations`;
});

const LIMITS = { idleDays: 30, endsInDays: 30, count: 1_000 } as const;

test.each([
  ["A4 the sweep finds idle refresh tokens", selectIdle(sql, { ...LIMITS, kind: "jira_3lo" }), 2],
  [
    "A4 the sweep finds nothing of another kind",
    selectIdle(sql, { ...LIMITS, kind: "slack_bot" }),
    2,
  ],
  ["A4 the sweep deletes the tokens of ended grants", wipeEnded(sql), 1],
  ["B8 the sweep deletes consumed states", deleteStates(sql), 1],
  ["B8 the sweep deletes pending installations", deletePending(sql), 1],
  ["B8 the sweep deletes install links", deleteLinks(sql), 1],
  ["the sweep deletes deliveries", deleteDeliveries(sql), 1],
  ["the sweep deletes what the bus has not taken", deleteOutbox(sql), 1],
  ["the sweep deletes failed deliveries", deleteRedeliveries(sql), 1],
  [
    "B8 tick finds due work",
    selectDueWork(sql, { kinds: ["jira_3lo"], webhookKinds: ["jira_3lo"], count: 100 }),
    4,
  ],
  ["C8 the sweep finds suspended ones", selectSuspended(sql, { kind: "jira_3lo", count: 10 }), 0],
  ["B8 the sweep finds due webhooks", selectDueWebhooks(sql, { kind: "jira_3lo", count: 10 }), 1],
  ["B9 the sweep ends the time of passing over", resume(sql), 1],
])("%s by a range of an index, and reads nothing that is not due", async (_, statement, count) => {
  const scans = await scansOf(sql, statement);

  const byIndex = scans.filter(({ condition }) => /_at"? <|_after <=/.test(condition));
  expect(byIndex.length).toBeGreaterThanOrEqual(count);
  expect(scans.filter(({ rows, discarded }) => rows + discarded > 0)).toEqual([]);
});
