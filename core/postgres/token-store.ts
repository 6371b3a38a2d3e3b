import { LOOKUP_NOTE_MS } from "../deadlines.ts";
import type { Permissions } from "../grants/permissions.ts";
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
import { permissionsColumn } from "./granted-columns.ts";
import { whereKey } from "./installation-statements.ts";

type Stored<Fields> = WithSealed<Fields> & { readonly registration: Sealed };

/** A row as it is read: what `derive` adds is not selected. */
type TokenRow<Fields extends StoredToken> = Omit<Fields, keyof ReturnType<typeof derive>> &
  Pick<StoredToken, "expiresAt" | "readAt"> & { readonly permissions: Permissions | null };

/** A row in the state `SETTLED`. */
type SettledToken = WithSealed<
  Omit<TokenRow<StoredToken>, keyof typeof SETTLED | "accessToken">
> & {
  readonly accessToken: Sealed;
};

const PREPARED = { prepare: true };

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
      if (!verifyRegistration) {
        const [row] = await database.run((sql) => selectSettledToken(sql, key));
        if (row) {
          const accessToken = await openColumn(sealer, "access_token", row, row.accessToken);
          return { ...row, ...SETTLED, ...derive(row), accessToken };
        }
      }
      const [row] = await database.run((sql) => selectToken(sql, key));
      if (!row) return undefined;

      const { accessToken: sealed, registration, ...token } = row;
      if (verifyRegistration || sealed === null) {
        await openColumn(sealer, "registration", row, registration);
      }
      const isReadable = row.isActive && sealed !== null;
      const accessToken = isReadable ? await openColumn(sealer, "access_token", row, sealed) : null;
      return { ...token, ...derive(row), accessToken };
    },

    async findWebhookSecret(key) {
      const [row] = await database.run(
        (sql) => sql<[WebhookSecretRow?]>`
          select
            platform,
            organization_id as "organizationId",
            webhook_secret as "webhookSecret"
          from installations
          where ${whereAnyKey(sql, key)}
        `,
      );
      return row && openWebhookSecret(sealer, row, row.webhookSecret);
    },

    async noteLookup(installationId) {
      await database.run(
        (sql) => sql`
          update installations set last_looked_up_at = clock_timestamp()
          where id = ${installationId}
            and (
              last_looked_up_at is null
              or last_looked_up_at < clock_timestamp() - make_interval(hours => 1)
            )
        `,
        { budgetMs: LOOKUP_NOTE_MS },
      );
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

/** The columns that a lookup needs of every row. */
const TOKEN_COLUMNS = `
    id as "installationId",
    platform,
    organization_id as "organizationId",
    organization_name as "organizationName",
    kind,
    access_token as "accessToken",
    has_refresh_token as "hasRefreshToken",
    scopes,
    permissions,
    token_expires_at as "expiresAt",
    clock_timestamp() as "readAt",
    date_part('epoch', token_expires_at - token_stored_at) as "lifetimeSeconds",
    provider_installation_id as "providerInstallationId",
    platform_fields as "platformFields",
    client_id as "clientId",
    token_version::float8 as "tokenVersion",
    status_version::float8 as "statusVersion",
    coalesce(last_looked_up_at > clock_timestamp() - make_interval(hours => 1), false) as "isLookupRecent"
`;

/** The columns that are needed too if the grant has ended or will end, or a refresh is under way or failed. */
const STATE_COLUMNS = `
    is_active as "isActive",
    inactive_reason as "inactiveReason",
    registration,
    refresh_attempts as "refreshAttempts",
    refresh_failures as "refreshFailures",
    date_part('epoch', clock_timestamp() - token_alive_at) as "aliveSecondsAgo",
    grant_ends_at as "grantEndsAt",
    case when refresh_lease_owner is null and refresh_lease_until > clock_timestamp()
      then date_part('epoch', refresh_lease_until - clock_timestamp())
    end as "coolDownSeconds",
    last_refresh_error as "lastRefreshError",
    coalesce(narrowed_version, 0)::float8 as "narrowedVersion"
`;

/**
 * The state of nearly all rows. To return these columns of each row as well took a third of the time of a
 * lookup, most of it in the server.
 */
const SETTLED = {
  isActive: true,
  inactiveReason: null,
  refreshAttempts: 0,
  refreshFailures: 0,
  aliveSecondsAgo: null,
  grantEndsAt: null,
  coolDownSeconds: null,
  lastRefreshError: null,
  narrowedVersion: 0,
} as const satisfies Partial<StoredToken>;

const IS_SETTLED = `
    is_active
    and access_token is not null
    and refresh_attempts = 0
    and refresh_failures = 0
    and token_alive_at is null
    and grant_ends_at is null
    and refresh_lease_until is null
    and last_refresh_error is null
`;

/** Returns the fields that follow from those of a row: for the server, a column takes longer than this. */
function derive({
  expiresAt,
  readAt,
  permissions,
}: Pick<StoredToken, "expiresAt" | "readAt"> & { readonly permissions: Permissions | null }) {
  return {
    permissions: permissions ?? {},
    lifeLeftSeconds: expiresAt && (expiresAt.getTime() - readAt.getTime()) / 1000,
  };
}

/** Constant texts: building the statement at each lookup took a tenth of its time. */
const BY_ID = "id = $1";
const BY_ORGANIZATION = `platform = $1 and organization_id = $2 and app = '${DEFAULT_APP}'`;
const BY_PROVIDER_INSTALLATION = "platform = $1 and provider_installation_id = $2";
const SELECT_SETTLED = `select ${TOKEN_COLUMNS} from installations where ${IS_SETTLED} and`;
const SELECT_ANY = `select ${TOKEN_COLUMNS}, ${STATE_COLUMNS} from installations where`;
const SETTLED_TOKEN = byEachKey(SELECT_SETTLED);
const ANY_TOKEN = byEachKey(SELECT_ANY);

/** Returns a statement for each form of a key. */
function byEachKey(selection: string) {
  return {
    byId: compact(`${selection} ${BY_ID}`),
    byOrganization: compact(`${selection} ${BY_ORGANIZATION}`),
    byProviderInstallation: compact(`${selection} ${BY_PROVIDER_INSTALLATION}`),
  };
}

/** postgres.js compares the text at each lookup. */
function compact(statement: string): string {
  return statement.replaceAll(/\s+/g, " ");
}

function selectSettledToken(sql: Sql, key: InstallationKey | ProviderKey) {
  const { statement, parameters } = statementFor(SETTLED_TOKEN, key);
  return sql.unsafe<[SettledToken?]>(statement, parameters, PREPARED);
}

function selectToken(sql: Sql, key: InstallationKey | ProviderKey) {
  const { statement, parameters } = statementFor(ANY_TOKEN, key);
  return sql.unsafe<[Stored<TokenRow<StoredToken>>?]>(statement, parameters, PREPARED);
}

function statementFor(
  { byId, byOrganization, byProviderInstallation }: ReturnType<typeof byEachKey>,
  key: InstallationKey | ProviderKey,
): { statement: string; parameters: string[] } {
  if ("id" in key) return { statement: byId, parameters: [key.id] };
  if ("organizationId" in key) {
    return { statement: byOrganization, parameters: [key.platform, key.organizationId] };
  }
  const parameters = [key.platform, key.providerInstallationId];
  return { statement: byProviderInstallation, parameters };
}

function selectSecrets(sql: Sql, key: InstallationKey | ProviderKey) {
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
      ${permissionsColumn(sql)},
      registration,
      access_token as "accessToken",
      refresh_token as "refreshToken",
      date_part('epoch', token_expires_at - clock_timestamp()) as "lifeLeftSeconds",
      token_version::float8 as "tokenVersion",
      grant_version::float8 as "grantVersion",
      status_version::float8 as "statusVersion",
      refresh_attempts > 0 as "isRefreshOpen"
    from installations
    where ${whereAnyKey(sql, key)}
  `;
}

function whereAnyKey(sql: Sql, key: InstallationKey | ProviderKey) {
  return "providerInstallationId" in key
    ? sql`
        platform = ${key.platform} and provider_installation_id = ${key.providerInstallationId}
      `
    : whereKey(sql, key);
}
