import { DEFAULT_APP, type InstallationKey } from "../installation.ts";
import type { ProviderKey, StoredSecrets, StoredToken, TokenStore } from "../ports/token-store.ts";
import {
  type OrganizationKey,
  openColumn,
  openNullable,
  openWebhookSecret,
  type WithSealed,
} from "../sealing/sealed-columns.ts";
import type { Sealed, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import type { Retention } from "./grant-endings.ts";
import { createPostgresGrantStatus } from "./grant-status.ts";
import { whereKey } from "./installation-statements.ts";

type Stored<Fields> = WithSealed<Fields> & { readonly registration: Sealed };

type WebhookSecretRow = OrganizationKey & { readonly webhookSecret: Sealed };

/** Reads tokens and secrets from PostgreSQL and decrypts them, and stores how grants end. */
export function createPostgresTokenStore(
  database: Database,
  sealer: Sealer,
  retention: Retention,
): TokenStore {
  return {
    ...createPostgresGrantStatus(database, retention),

    async findToken(key, { verifyRegistration = false } = {}) {
      const [row] = await database.run((sql) => selectToken(sql, key));
      if (!row) return undefined;

      const { accessToken: sealed, registration, ...token } = row;
      if (verifyRegistration || sealed === null) {
        await openColumn(sealer, "registration", row, registration);
      }
      const isReadable = row.isActive && sealed !== null;
      const accessToken = isReadable ? await openColumn(sealer, "access_token", row, sealed) : null;
      return { ...token, accessToken };
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
      return row && openWebhookSecret(sealer, row, row.webhookSecret);
    },

    async findSecrets(key) {
      const [row] = await database.run((sql) => selectSecrets(sql, key));
      if (!row) return undefined;

      const { registration, ...secrets } = row;
      await openColumn(sealer, "registration", row, registration);
      return {
        ...secrets,
        accessToken: await openNullable(sealer, "access_token", row, row.accessToken),
        refreshToken: await openNullable(sealer, "refresh_token", row, row.refreshToken),
      };
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
    clock_timestamp() as "readAt",
    date_part('epoch', token_expires_at - clock_timestamp()) as "lifeLeftSeconds",
    date_part('epoch', token_expires_at - token_stored_at) as "lifetimeSeconds",
    provider_installation_id as "providerInstallationId",
    client_id as "clientId",
    registration,
    refresh_attempts as "refreshAttempts",
    refresh_failures as "refreshFailures",
    date_part('epoch', clock_timestamp() - token_alive_at) as "aliveSecondsAgo",
    grant_ends_at as "grantEndsAt",
    case when refresh_lease_owner is null and refresh_lease_until > clock_timestamp()
      then date_part('epoch', refresh_lease_until - clock_timestamp())
    end as "coolDownSeconds",
    last_refresh_error as "lastRefreshError",
    token_version::float8 as "tokenVersion",
    status_version::float8 as "statusVersion"
  from installations
`;

/** Constant texts: building the statement at each lookup took a tenth of its time. */
const TOKEN_BY_ID = `${SELECT_TOKEN} where id = $1`;
const TOKEN_BY_ORGANIZATION = `
  ${SELECT_TOKEN} where platform = $1 and organization_id = $2 and app = '${DEFAULT_APP}'
`;

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
      client_id as "clientId",
      registration,
      access_token as "accessToken",
      refresh_token as "refreshToken",
      date_part('epoch', token_expires_at - clock_timestamp()) as "lifeLeftSeconds",
      token_version::float8 as "tokenVersion",
      grant_version::float8 as "grantVersion",
      status_version::float8 as "statusVersion",
      refresh_attempts > 0 as "isRefreshOpen"
    from installations
    where ${where}
  `;
}
