import type { InstallationEvent } from "../ports/installation-events.ts";
import type { PendingEvents } from "../ports/pending-events.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { hasSharedAccount } from "./installation-columns.ts";

/** Long enough for the caller that made the change to publish the event itself. */
const FIRST_RETRY_SECONDS = 60;

type InstallFields = Pick<
  InstallationEvent,
  "installerChanged" | "previousInstallationId" | "requestedBy" | "approvedBy"
>;

/** An event to store. Its time is that of the database, and its account is read from the installation. */
export type NewEvent = Omit<
  InstallationEvent,
  "occurredAt" | "hasSharedAccount" | keyof InstallFields
> &
  Partial<InstallFields>;

interface TakenRow extends InstallationEvent {
  readonly isObsolete: boolean;
}

/** The value of `reason` in the event of a re-install by another person. */
const INSTALLER_CHANGED = "installer_changed";

/** Stores the events that the bus has not taken yet in PostgreSQL. */
export function createPostgresPendingEvents(database: Database): PendingEvents {
  return {
    async remove(ids) {
      await database.run((sql) => sql`delete from pending_events where id in ${sql(ids)}`);
    },

    async takeDue({ count, retrySeconds }) {
      const taken = await database.run(
        (sql) => sql<TakenRow[]>`
          update pending_events set
            next_try_at = clock_timestamp() + make_interval(secs => ${retrySeconds})
          where id in (
              select id
              from pending_events
              where next_try_at <= now()
              order by next_try_at
              limit ${count}
            )
            and next_try_at <= clock_timestamp()
          returning ${eventColumns(sql)}, ${isObsolete(sql)} as "isObsolete"
        `,
      );
      const obsolete = taken.filter(({ isObsolete }) => isObsolete).map(({ id }) => id);
      if (obsolete.length > 0) {
        await database.run((sql) => sql`delete from pending_events where id in ${sql(obsolete)}`);
      }
      return taken
        .filter(({ isObsolete }) => !isObsolete)
        .map(({ isObsolete: _, ...event }) => event)
        .sort((one, other) => (one.id < other.id ? -1 : 1));
    },
  };
}

/** Stores an event in the transaction of its change, once. */
export async function insertEvent(
  sql: Sql,
  event: NewEvent,
  { delaySeconds = FIRST_RETRY_SECONDS } = {},
): Promise<InstallationEvent> {
  const [inserted] = await sql<[InstallationEvent?]>`
    insert into pending_events (
      id, installation_id, platform, organization_id, organization_name, type, reason,
      grant_ends_at, requested_by, approved_by, occurred_at, next_try_at
    ) values (
      ${event.id}, ${event.installationId}, ${event.platform}, ${event.organizationId},
      ${event.organizationName}, ${event.type}, ${reasonOf(event)}, ${event.grantEndsAt},
      ${event.requestedBy ?? null}, ${event.approvedBy ?? null},
      clock_timestamp(), clock_timestamp() + make_interval(secs => ${delaySeconds})
    )
    on conflict (id) do nothing
    returning ${eventColumns(sql)}
  `;
  const stored = inserted ?? (await selectEvent(sql, event.id));
  if (!stored) throw new Error("The event was not stored.");
  return stored;
}

/** Returns a stored event: by its id, a caller recognizes a change of its own whose reply was lost. */
export async function selectEvent(sql: Sql, id: string): Promise<InstallationEvent | undefined> {
  const [event] = await sql<[InstallationEvent?]>`
    select ${eventColumns(sql)} from pending_events where id = ${id}
  `;
  return event;
}

/** Returns the value of `reason`, in which an install has what its type adds. */
function reasonOf({ reason, installerChanged, previousInstallationId }: NewEvent): string | null {
  return previousInstallationId ?? (installerChanged ? INSTALLER_CHANGED : reason);
}

/** Returns whether an event says that an installation is unclaimed, which it is not any more. */
function isObsolete(sql: Sql) {
  return sql`
    (type = 'unclaimed' and not exists (
      select 1
      from installations
      where installations.id = pending_events.installation_id
        and coalesce(installations.inactive_reason, '') = 'unclaimed'
    ))
  `;
}

function eventColumns(sql: Sql) {
  return sql`
    id,
    type,
    installation_id as "installationId",
    platform,
    organization_id as "organizationId",
    organization_name as "organizationName",
    occurred_at as "occurredAt",
    case when type not in ('reinstalled', 'rebound') then reason end as reason,
    (type = 'reinstalled' and coalesce(reason, '') = ${INSTALLER_CHANGED}) as "installerChanged",
    case when type = 'rebound' then reason end as "previousInstallationId",
    grant_ends_at as "grantEndsAt",
    requested_by as "requestedBy",
    approved_by as "approvedBy",
    case when type in ('created', 'reinstalled', 'rebound')
      then exists (
        select 1
        from installations
        where installations.id = pending_events.installation_id and ${hasSharedAccount(sql)}
      )
    end as "hasSharedAccount"
  `;
}
