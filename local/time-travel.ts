import postgres from "postgres";

const LOOPBACK_HOSTS = new Set(["127.0.0.1", "[::1]", "localhost"]);

/** Makes the tokens and leases in the database older, as the control API made those at the platforms. */
export async function ageDatabase(databaseUrl: string, seconds: number): Promise<void> {
  const { hostname } = new URL(databaseUrl);
  if (!LOOPBACK_HOSTS.has(hostname)) throw new Error("Time passes only in a database on loopback.");

  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`
      update installations set
        token_expires_at = token_expires_at - make_interval(secs => ${seconds}),
        token_stored_at = token_stored_at - make_interval(secs => ${seconds}),
        refresh_token_expires_at = refresh_token_expires_at - make_interval(secs => ${seconds}),
        refresh_rotated_at = refresh_rotated_at - make_interval(secs => ${seconds}),
        refresh_lease_until = refresh_lease_until - make_interval(secs => ${seconds})
    `;
  } finally {
    await sql.end({ timeout: 1 });
  }
}
