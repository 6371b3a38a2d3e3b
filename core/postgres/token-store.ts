import type { InstallationKey, Platform } from "../installation.ts";
import type { Sealer } from "../sealing.ts";
import type { StoredToken, TokenStore } from "../token-store.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { matches } from "./installation-statements.ts";
import { openColumn } from "./sealed-columns.ts";

/** As stored: the access token is sealed, and a bigint comes as text. */
type TokenRow = Omit<StoredToken, "tokenVersion"> & { readonly tokenVersion: string };

interface WebhookSecretRow {
  readonly platform: Platform;
  readonly organizationId: string;
  readonly webhookSecret: string;
}

/** Reads sealed tokens and secrets from PostgreSQL and opens them. */
export function createPostgresTokenStore(database: Database, sealer: Sealer): TokenStore {
  return {
    async findToken(key) {
      const row = await database.run((sql) => selectToken(sql, key));
      if (!row) return undefined;

      const { accessToken: sealed, tokenVersion, ...rest } = row;
      const isReadable = row.isActive && sealed !== null;
      const accessToken = isReadable ? await openColumn(sealer, "access_token", row, sealed) : null;
      return { ...rest, accessToken, tokenVersion: Number(tokenVersion) };
    },

    async findWebhookSecret(key) {
      const [row] = await database.run(
        (sql) => sql<[WebhookSecretRow?]>`
          select
            platform,
            organization_id as "organizationId",
            webhook_secret as "webhookSecret"
          from installations
          where ${matches(sql, key)}
        `,
      );
      return row && openColumn(sealer, "webhook_secret", row, row.webhookSecret);
    },

    async requireReauthorization({ installationId, tokenVersion }, error) {
      await database.run(
        (sql) => sql`
          update installations set
            is_active = false,
            inactive_reason = 'reauthorization_required',
            last_refresh_error = ${error},
            updated_at = clock_timestamp()
          where id = ${installationId} and token_version = ${tokenVersion} and is_active
        `,
      );
    },
  };
}

async function selectToken(sql: Sql, key: InstallationKey): Promise<TokenRow | undefined> {
  const [row] = await sql<[TokenRow?]>`
    select
      id as "installationId",
      platform,
      organization_id as "organizationId",
      organization_name as "organizationName",
      kind,
      is_active as "isActive",
      inactive_reason as "inactiveReason",
      access_token as "accessToken",
      has_refresh_token as "hasRefreshToken",
      to_jsonb(scopes) as scopes,
      token_expires_at as "expiresAt",
      extract(epoch from token_expires_at - clock_timestamp())::float8 as "lifeLeftSeconds",
      extract(epoch from token_expires_at - token_stored_at)::float8 as "lifetimeSeconds",
      provider_installation_id as "providerInstallationId",
      coalesce(
        refresh_lease_owner is null and refresh_lease_until > clock_timestamp(), false
      ) as "isCoolingDown",
      last_refresh_error as "lastRefreshError",
      token_version as "tokenVersion"
    from installations
    where ${matches(sql, key)}
  `;
  return row;
}
