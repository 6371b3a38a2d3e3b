import { randomUUID } from "node:crypto";
import type { RejectionState, TokenRejections } from "../ports/token-rejections.ts";
import type { Database } from "./client.ts";

/** Stores in the row of an installation who checks its token, by compare-and-set. */
export function createPostgresTokenRejections(database: Database): TokenRejections {
  return {
    async find({ installationId, tokenVersion }) {
      const [state] = await database.run(
        (sql) => sql<[RejectionState?]>`
          select
            date_part('epoch', clock_timestamp() - rejection_checked_at) as "checkedSecondsAgo",
            rejection_checked_by is not null as "isOpen",
            coalesce(false_rejections, 0) as "falseReports"
          from installations
          where id = ${installationId} and token_version = ${tokenVersion} and is_active
        `,
      );
      return state;
    },

    async take({ installationId, tokenVersion }, { falseReports, intervalSeconds }) {
      const owner = randomUUID();
      const taken = await database.run(
        (sql) => sql`
          update installations set
            rejection_checked_at = clock_timestamp(),
            rejection_checked_by = ${owner}
          where id = ${installationId}
            and token_version = ${tokenVersion}
            and is_active
            and coalesce(false_rejections, 0) = ${falseReports}
            and (
              rejection_checked_at is null
              or rejection_checked_at
                <= clock_timestamp() - make_interval(secs => ${intervalSeconds})
              or coalesce(rejection_checked_by, '') = ${owner}
            )
        `,
      );
      return taken.count === 1 ? { installationId, owner } : undefined;
    },

    async settle({ installationId, owner }, falseReports) {
      await database.run(
        (sql) => sql`
          update installations set
            rejection_checked_by = null,
            false_rejections = ${falseReports}
          where id = ${installationId} and rejection_checked_by = ${owner}
        `,
      );
    },
  };
}
