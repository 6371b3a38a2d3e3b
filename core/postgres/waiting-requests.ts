import * as v from "valibot";
import {
  RequestIntent,
  WAIT_SECONDS,
  type WaitingRequest,
  type WaitingRequests,
} from "../ports/waiting-requests.ts";
import type { SealContext, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";

interface RequestRow extends Pick<WaitingRequest, "id" | "platform" | "installationId"> {
  readonly intent: string;
}

/** Stores members' requests in PostgreSQL, encrypted for their row. */
export function createPostgresWaitingRequests(database: Database, sealer: Sealer): WaitingRequests {
  async function open({ intent, ...row }: RequestRow): Promise<WaitingRequest> {
    const text = await sealer.open(contextOf(row.id), intent);
    return { ...v.parse(RequestIntent, JSON.parse(text)), ...row };
  }

  return {
    async put({ id, platform, ...intent }) {
      const sealed = await sealer.seal(contextOf(id), JSON.stringify(intent));
      await database.run(
        (sql) => sql`
          insert into waiting_requests (id, platform, account_id, requester_id, intent, expires_at)
          values (
            ${id}, ${platform}, ${intent.account.id}, ${intent.requester.id}, ${sealed},
            clock_timestamp() + make_interval(secs => ${WAIT_SECONDS})
          )
          on conflict (id) do nothing
        `,
      );
    },

    async find(id) {
      const [row] = await database.run(
        (sql) => sql<[RequestRow?]>`
          select ${columns(sql)}
          from waiting_requests
          where id = ${id} and expires_at > clock_timestamp()
        `,
      );
      return row && open(row);
    },

    async findWaiting({ platform, accountId, requesterId }) {
      const rows = await database.run(
        (sql) => sql<RequestRow[]>`
          select ${columns(sql)}
          from waiting_requests
          where account_id = ${accountId}
            and requester_id = ${requesterId}
            and platform = ${platform}
            and installation_id is null
            and expires_at > clock_timestamp()
          order by expires_at
          limit 100
        `,
      );
      return Promise.all(rows.map(open));
    },

    async finish(id, installationId) {
      await database.run(
        (sql) => sql`
          update waiting_requests set installation_id = ${installationId}
          where id = ${id} and installation_id is null
        `,
      );
    },
  };
}

function columns(sql: Sql) {
  return sql`id, platform, intent, installation_id as "installationId"`;
}

function contextOf(id: string): SealContext {
  return { purpose: "state", binding: ["waiting_requests", "intent", id] };
}
