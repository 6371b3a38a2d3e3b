import type { InstallationKind } from "../installation.ts";
import { DELIVERY_DAYS } from "../ports/deliveries.ts";
import { MAX_LINK_SECONDS } from "../ports/install-links.ts";
import type { Sql } from "./connection.ts";
import { wipeNow } from "./grant-endings.ts";

/** Aurora DSQL changes at most 3,000 rows in a transaction. */
export const BATCH_ROWS = 1_000;

// `now()` and not `clock_timestamp()`: PostgreSQL uses no index for a comparison with a volatile function.

/** Deletes a batch of consumed states, two hours after they expired, when no clock takes them for valid. */
export function deleteStates(sql: Sql) {
  return sql`
    delete from consumed_states where id in (
      select id
      from consumed_states
      where expires_at < now() - make_interval(hours => 2)
      order by expires_at
      limit ${BATCH_ROWS}
    )
  `;
}

/**
 * Deletes a batch of install links, two hours after the longest ones expired: one that was opened in its last
 * minute can return after an hour on GitHub's install page and ten minutes on its consent page.
 */
export function deleteLinks(sql: Sql) {
  return sql`
    delete from install_links where id in (
      select id
      from install_links
      where created_at < now() - make_interval(secs => ${MAX_LINK_SECONDS}, hours => 2)
      order by created_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes a batch of pending installations that have expired. */
export function deletePending(sql: Sql) {
  return sql`
    delete from pending_installations where id in (
      select id
      from pending_installations
      where expires_at < now()
      order by expires_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes a batch of members' requests that have expired. */
export function deleteRequests(sql: Sql) {
  return sql`
    delete from waiting_requests where id in (
      select id
      from waiting_requests
      where expires_at < now()
      order by expires_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes a batch of deliveries that no platform sends again. */
export function deleteDeliveries(sql: Sql) {
  return sql`
    delete from deliveries where id in (
      select id
      from deliveries
      where received_at < now() - make_interval(days => ${DELIVERY_DAYS})
      order by received_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes a batch of deliveries that the bus has not taken for as long as the bucket keeps their bodies. */
export function deleteOutbox(sql: Sql) {
  return sql`
    delete from outbox where id in (
      select id
      from outbox
      where stored_at < now() - make_interval(days => ${DELIVERY_DAYS})
      order by stored_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes a batch of failed deliveries that are not requested again. */
export function deleteRedeliveries(sql: Sql) {
  return sql`
    delete from redeliveries where guid in (
      select guid
      from redeliveries
      where failed_at < now() - make_interval(days => ${DELIVERY_DAYS})
      order by failed_at
      limit ${BATCH_ROWS}
    )
  `;
}

/** Deletes the tokens of a batch of grants whose retention time has ended. */
export function wipeEnded(sql: Sql) {
  return sql`
    update installations set
      ${wipeNow(sql)},
      token_version = token_version + 1,
      updated_at = clock_timestamp()
    where id in (
        select id
        from installations
        where wipe_tokens_at <= now() and not is_active
        order by wipe_tokens_at
        limit ${BATCH_ROWS}
      )
      and wipe_tokens_at <= now()
  `;
}

/** Selects installations of a kind by each index alone, because an `or` of two columns would use neither. */
export function selectIdle(
  sql: Sql,
  limits: { kind: InstallationKind; idleDays: number; endsInDays: number; count: number },
) {
  const { kind, idleDays, endsInDays, count } = limits;
  const canRefresh = sql`
    kind = ${kind}
    and has_refresh_token
    and is_active
    and sweep_after is null
    and (refresh_lease_until is null or refresh_lease_until < now())
  `;
  return sql<{ id: string }[]>`
    (
      select id, token_stored_at
      from installations
      where ${canRefresh} and token_stored_at < now() - make_interval(days => ${idleDays})
      order by token_stored_at
      limit ${count}
    )
    union (
      select id, token_stored_at
      from installations
      where ${canRefresh} and refresh_token_expires_at < now() + make_interval(days => ${endsInDays})
      order by refresh_token_expires_at
      limit ${count}
    )
    order by token_stored_at
    limit ${count}
  `;
}

export function selectSuspended(
  sql: Sql,
  { kind, count }: { kind: InstallationKind; count: number },
) {
  return sql<{ id: string }[]>`
    select id
    from installations
    where kind = ${kind} and inactive_reason = 'suspended' and sweep_after is null
    order by id
    limit ${count}
  `;
}

export function passOver(sql: Sql, installationId: string, seconds: number) {
  return sql`
    update installations set
      sweep_after = clock_timestamp() + make_interval(secs => ${seconds})
    where id = ${installationId}
  `;
}

/** Ends the time of a batch of installations for which they were passed over. */
export function resume(sql: Sql) {
  return sql`
    update installations set sweep_after = null
    where id in (
      select id
      from installations
      where sweep_after <= now()
      order by sweep_after
      limit ${BATCH_ROWS}
    )
  `;
}
