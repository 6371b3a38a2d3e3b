import type { InactiveReason } from "../installation.ts";
import { isEnd } from "../ports/installation-events.ts";
import type { Sql } from "./connection.ts";
import { closeRefresh } from "./refresh-lease-statements.ts";

/** For how long the tokens of an ended grant are kept, encrypted. */
export interface Retention {
  /** With 0, the statement that ends the grant deletes them. */
  readonly retentionDays: number;
}

/** Deactivates an installation, and fences every write that was decided on its tokens. */
export function deactivate(
  sql: Sql,
  { reason, detail }: { reason: InactiveReason; detail: string | null },
  retention: Retention,
) {
  return sql`
    is_active = false,
    inactive_reason = ${reason},
    last_refresh_error = ${detail},
    token_version = token_version + 1,
    grant_ends_at = null,
    ${isEnd(reason) ? sql`${wipeInTime(sql, retention)},` : sql``}
    ${closeRefresh(sql)},
    updated_at = clock_timestamp()
  `;
}

/** Deletes the tokens of a grant that has ended, now or after the retention time. */
export function wipeInTime(sql: Sql, retention: Retention) {
  return retention.retentionDays === 0 ? wipeNow(sql) : wipeLater(sql, retention);
}

/** Lets the sweep delete the tokens after the retention time, which may have begun before. */
export function wipeLater(sql: Sql, { retentionDays }: Retention) {
  return sql`
    wipe_tokens_at = coalesce(
      wipe_tokens_at, clock_timestamp() + make_interval(days => ${retentionDays})
    )
  `;
}

/** Deletes the tokens. */
export function wipeNow(sql: Sql) {
  return sql`
    access_token = null,
    refresh_token = null,
    previous_refresh_token = null,
    token_expires_at = null,
    refresh_token_expires_at = null,
    wipe_tokens_at = null
  `;
}
