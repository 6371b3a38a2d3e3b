import postgres from "postgres";
import { isLoopback } from "../core/configuration/loopback.ts";

/** Moves the times in the database into the past, by as many seconds as the control API did. */
export async function ageDatabase(databaseUrl: string, seconds: number): Promise<void> {
  const { hostname } = new URL(databaseUrl);
  if (!isLoopback(hostname))
    throw new Error("The time of a database can be moved on loopback only.");

  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`
      update installations set
        token_expires_at = token_expires_at - make_interval(secs => ${seconds}),
        token_stored_at = token_stored_at - make_interval(secs => ${seconds}),
        token_alive_at = token_alive_at - make_interval(secs => ${seconds}),
        refresh_token_expires_at = refresh_token_expires_at - make_interval(secs => ${seconds}),
        refresh_rotated_at = refresh_rotated_at - make_interval(secs => ${seconds}),
        refresh_sent_at = refresh_sent_at - make_interval(secs => ${seconds}),
        refresh_lease_until = refresh_lease_until - make_interval(secs => ${seconds}),
        grant_ends_at = grant_ends_at - make_interval(secs => ${seconds}),
        wipe_tokens_at = wipe_tokens_at - make_interval(secs => ${seconds}),
        sweep_after = sweep_after - make_interval(secs => ${seconds}),
        webhooks_due_at = webhooks_due_at - make_interval(secs => ${seconds})
    `;
    await sql`
      update pending_events set next_try_at = next_try_at - make_interval(secs => ${seconds})
    `;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
