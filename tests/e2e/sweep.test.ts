import { expect, test } from "vitest";
import { plant } from "../support/race-installs.ts";
import { invoke, startTestStack } from "../support/stack.ts";

const stack = await startTestStack();
const { sql } = stack.database;

/** Stores idle installations whose tokens cannot be decrypted: half of them on Slack, half on Jira. */
async function plantUnreadable(count: number): Promise<void> {
  await sql`
    insert into installations (
      id, platform, organization_id, organization_name, kind, client_id, registration,
      access_token, refresh_token, webhook_secret, token_stored_at, installed_by
    )
    select
      'inst-' || lpad(to_hex(n), 32, '0'),
      case when n % 2 = 0 then 'slack' else 'jira' end,
      'unreadable-' || n, 'Acme',
      case when n % 2 = 0 then 'slack_bot' else 'jira_3lo' end,
      'client-1', 'v1.k1.r', 'v1.k1.a', 'v1.k1.t', 'v1.k1.w', now() - interval '80 days', 'mia'
    from generate_series(1, ${count}::int) as n
  `;
}

test("B9 500 installations that cannot be refreshed hold up no other, and are tried again after a day", async () => {
  await plantUnreadable(500);
  const good = [await plant(stack, "slack"), await plant(stack, "jira")];
  await sql`
    update installations set token_stored_at = now() - interval '60 days' where id in ${sql(good)}
  `;

  const first = await invoke(stack, "sweep", {});
  const second = await invoke(stack, "sweep", {});
  await sql`update installations set sweep_after = sweep_after - interval '1 day'`;
  const nextDay = await invoke(stack, "sweep", {});

  const failed = { refreshed: 0, failed: 500, failures: { decryption_failed: 500 } };
  expect(first).toMatchObject({ ok: true, answer: { ...failed, refreshed: 2 } });
  expect(second).toMatchObject({ ok: true, answer: { refreshed: 0, failed: 0 } });
  expect(nextDay).toMatchObject({ ok: true, answer: failed });
});
