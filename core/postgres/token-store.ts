import type { InstallationKey } from "../installation.ts";
import type { ProviderKey, StoredSecrets, StoredToken, TokenStore } from "../ports/token-store.ts";
import {
  openColumn,
  openNullable,
  type RowKey,
  type WithSealed,
} from "../sealing/sealed-columns.ts";
import type { Sealed, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { dropTokens, whereKey } from "./installation-statements.ts";

/** A row: its tokens are encrypted, and postgres.js returns a bigint as text. */
type Stored<Fields> = WithSealed<Omit<Fields, "tokenVersion">> & { readonly tokenVersion: string };

type WebhookSecretRow = RowKey & { readonly webhookSecret: Sealed };

/** Reads tokens and secrets from PostgreSQL and decrypts them. */
export function createPostgresTokenStore(database: Database, sealer: Sealer): TokenStore {
  return {
    async findToken(key) {
      const [row] = await database.run((sql) => selectToken(sql, key));
      if (!row) return undefined;

      const { accessToken: sealed } = row;
      const isReadable = row.isActive && sealed !== null;
      const accessToken = isReadable ? await openColumn(sealer, "access_token", row, sealed) : null;
      return { ...row, accessToken, tokenVersion: Number(row.tokenVersion) };
    },

    async findWebhookSecret(key) {
      const [row] = await database.run(
        (sql) => sql<[WebhookSecretRow?]>`
          select
            platform,
            organization_id as "organizationId",
            webhook_secret as "webhookSecret"
          from installations
          where ${whereKey(sql, key)}
        `,
      );
      return row && openColumn(sealer, "webhook_secret", row, row.webhookSecret);
    },

    async findSecrets(key) {
      const [row] = await database.run((sql) => selectSecrets(sql, key));
      if (!row) return undefined;

      return {
        ...row,
        accessToken: await openNullable(sealer, "access_token", row, row.accessToken),
        refreshToken: await openNullable(sealer, "refresh_token", row, row.refreshToken),
        tokenVersion: Number(row.tokenVersion),
      };
    },

    async deactivate({ installationId, tokenVersion }, reason, error) {
      const deactivated = await database.run(
        (sql) => sql`
          update installations set
            is_active = false,
            inactive_reason = ${reason},
            last_refresh_error = ${error},
            ${reason === "uninstalled" ? dropTokens(sql) : sql``}
            updated_at = clock_timestamp()
          where id = ${installationId}
            and token_version = ${tokenVersion}
            and (is_active or inactive_reason = 'suspended')
            and (refresh_lease_owner is null or refresh_lease_until < clock_timestamp())
        `,
      );
      return deactivated.count === 1;
    },

    async unsuspend({ installationId, tokenVersion }) {
      await database.run(
        (sql) => sql`
          update installations set
            is_active = true,
            inactive_reason = null,
            updated_at = clock_timestamp()
          where id = ${installationId}
            and token_version = ${tokenVersion}
            and inactive_reason = 'suspended'
        `,
      );
    },

    async rename({ installationId, tokenVersion }, organizationName) {
      await database.run(
        (sql) => sql`
          update installations set
            organization_name = ${organizationName},
            updated_at = clock_timestamp()
          where id = ${installationId} and token_version = ${tokenVersion}
        `,
      );
    },
  };
}

const SELECT_TOKEN = `
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
    scopes,
    token_expires_at as "expiresAt",
    date_part('epoch', token_expires_at - clock_timestamp()) as "lifeLeftSeconds",
    date_part('epoch', token_expires_at - token_stored_at) as "lifetimeSeconds",
    provider_installation_id as "providerInstallationId",
    coalesce(
      refresh_lease_owner is null and refresh_lease_until > clock_timestamp(), false
    ) as "isCoolingDown",
    last_refresh_error as "lastRefreshError",
    token_version as "tokenVersion"
  from installations
`;

/** Constant texts: building the statement at each lookup took a tenth of its time. */
const TOKEN_BY_ID = `${SELECT_TOKEN} where id = $1`;
const TOKEN_BY_ORGANIZATION = `${SELECT_TOKEN} where platform = $1 and organization_id = $2`;

function selectToken(sql: Sql, key: InstallationKey) {
  const prepared = { prepare: true };
  return "id" in key
    ? sql.unsafe<[Stored<StoredToken>?]>(TOKEN_BY_ID, [key.id], prepared)
    : sql.unsafe<[Stored<StoredToken>?]>(
        TOKEN_BY_ORGANIZATION,
        [key.platform, key.organizationId],
        prepared,
      );
}

function selectSecrets(sql: Sql, key: InstallationKey | ProviderKey) {
  const where =
    "providerInstallationId" in key
      ? sql`
          platform = ${key.platform}
          and provider_installation_id = ${key.providerInstallationId}
        `
      : whereKey(sql, key);
  return sql<[Stored<StoredSecrets>?]>`
    select
      id as "installationId",
      platform,
      organization_id as "organizationId",
      organization_name as "organizationName",
      kind,
      inactive_reason as "inactiveReason",
      provider_installation_id as "providerInstallationId",
      access_token as "accessToken",
      refresh_token as "refreshToken",
      token_version as "tokenVersion"
    from installations
    where ${where}
  `;
}
