import postgres from "postgres";
import type { Peer } from "./peer.ts";

interface Row {
  readonly access_token: string;
}

/**
 * Opens the minimum of a lookup: one prepared statement on one connection, which reads the same columns of
 * the same row by the same index. It decrypts nothing and writes nothing.
 */
export async function open(): Promise<Peer> {
  const sql = postgres(process.env.DATABASE_URL ?? "", { max: 1, fetch_types: false });

  return {
    store: () =>
      Promise.reject(new Error("The floor cannot store: it reads the rows of Grantkeep.")),

    async lookUp(organizationId) {
      const [row] = await sql<[Row?]>`
        select
          id, platform, organization_id, organization_name, kind, access_token, has_refresh_token,
          scopes, permissions, token_expires_at, token_stored_at, provider_installation_id,
          platform_fields, client_id, token_version, status_version
        from installations
        where platform = ${"slack"} and organization_id = ${organizationId}
      `;
      if (!row) throw new Error("Row not found.");
      return row.access_token;
    },
  };
}
