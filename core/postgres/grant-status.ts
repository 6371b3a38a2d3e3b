import { grantedKey } from "../grants/granted-key.ts";
import type { InactiveReason } from "../installation.ts";
import { PERMISSIONS_CHANGED } from "../ports/installation-events.ts";
import type { ProviderFence, StatusFence, TokenStore } from "../ports/token-store.ts";
import { nameKeyOf } from "../search-keys.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { deactivate, type Retention, wipeInTime } from "./grant-endings.ts";
import { closeRefresh } from "./refresh-lease-statements.ts";
import { type ChangedRow, changedColumns, storeChange, storeEnd } from "./stored-changes.ts";

const UNSUSPENDED = { type: "unsuspended", reason: null } as const;

type GrantStatus = Omit<
  TokenStore,
  "findToken" | "noteLookup" | "findWebhookSecret" | "findSecrets"
>;

/** Stores in PostgreSQL what a platform reports about an installation. */
export function createPostgresGrantStatus(database: Database, retention: Retention): GrantStatus {
  return {
    async endGrant({ installationId, tokenVersion }, reason, detail) {
      const end = { reason, detail };
      // A refresh counts its attempt when it starts, so that one that is under way is seen too.
      return storeEnd(
        database,
        end,
        (sql) => sql`
          update installations set ${deactivate(sql, end, retention)}
          where id = ${installationId}
            and token_version = ${tokenVersion}
            and ${canEnd(sql)}
            and refresh_attempts = 0
          returning ${changedColumns(sql)}
        `,
      );
    },

    async endInstallation(fence, reason, detail) {
      const end = { reason, detail };
      return storeEnd(
        database,
        end,
        (sql) => sql`
          update installations set
            ${deactivate(sql, end, retention)},
            status_version = status_version + 1
          where ${hasStatus(sql, fence)} and ${canEnd(sql)}
          returning ${changedColumns(sql)}
        `,
      );
    },

    async endExpired(installationId) {
      const ended = await database.run(
        (sql) => sql`
          update installations set
            is_active = false,
            inactive_reason = 'reauthorization_required',
            token_version = token_version + 1,
            grant_ends_at = null,
            ${wipeInTime(sql, retention)},
            updated_at = clock_timestamp()
          where id = ${installationId} and is_active and grant_ends_at < clock_timestamp()
        `,
      );
      return ended.count === 1;
    },

    async reactivate(fence) {
      const unsuspended = await storeChange(database, UNSUSPENDED, (sql) =>
        reactivate(sql, fence, ["suspended"]),
      );
      if (unsuspended) return unsuspended;
      const restored = await database.run((sql) =>
        reactivate(sql, fence, ["uninstalled", "reauthorization_required"]),
      );
      return restored.count === 1 ? { event: null } : undefined;
    },

    async expireToken(fence) {
      const expired = await database.run(
        (sql) => sql`
          update installations set ${expireMinted(sql)}
          where ${hasStatus(sql, fence)} and kind = 'github_app'
        `,
      );
      return expired.count === 1;
    },

    async storePermissions(grant, permissions) {
      // A mint may have stored other permissions since.
      const before = grantedKey({ ...grant, scopes: [] });
      const after = grantedKey({ ...grant, scopes: [], permissions });
      return storeChange(
        database,
        before === null ? undefined : PERMISSIONS_CHANGED,
        (sql) => sql`
          update installations set
            permissions = ${sql.json(permissions)},
            granted_key = ${after},
            ${expireMinted(sql)}
          where ${hasStatus(sql, grant)}
            and kind = 'github_app'
            and coalesce(granted_key, '') = ${before ?? ""}
          returning ${changedColumns(sql)}
        `,
      );
    },

    async rejectNarrowed({ installationId, narrowedVersion }, { intervalSeconds }) {
      await database.run(
        (sql) => sql`
          update installations set
            narrowed_version = ${narrowedVersion + 1},
            narrowed_rejected_at = clock_timestamp()
          where id = ${installationId}
            and coalesce(narrowed_version, 0) = ${narrowedVersion}
            and (
              narrowed_rejected_at is null
              or narrowed_rejected_at
                < clock_timestamp() - make_interval(secs => ${intervalSeconds})
            )
        `,
      );
      const [row] = await database.run(
        (sql) => sql<[{ readonly version: number }?]>`
          select coalesce(narrowed_version, 0)::float8 as version
          from installations
          where id = ${installationId}
        `,
      );
      return row?.version;
    },

    async deleteUnclaimed(fence) {
      const deleted = await database.run(
        (sql) => sql`
          delete from installations
          where ${hasStatus(sql, fence)} and inactive_reason = 'unclaimed'
          returning id
        `,
      );
      return deleted.count === 1;
    },

    async rename(fence, organizationName) {
      await database.run(
        (sql) => sql`
          update installations set
            organization_name = ${organizationName},
            name_key = ${nameKeyOf(organizationName)},
            updated_at = clock_timestamp()
          where ${isSameInstallation(sql, fence)}
        `,
      );
    },

    async storePlatformFields({ installationId, tokenVersion }, fields) {
      await database.run(
        (sql) => sql`
          update installations set
            platform_fields = ${sql.json({ ...fields })}
          where id = ${installationId} and token_version = ${tokenVersion}
        `,
      );
    },
  };
}

/** Makes the next lookup mint a token, and fences one that is being minted. */
function expireMinted(sql: Sql) {
  return sql`
    token_expires_at = null,
    token_version = token_version + 1,
    status_version = status_version + 1,
    ${closeRefresh(sql)},
    updated_at = clock_timestamp()
  `;
}

/**
 * Reactivates an installation that is inactive for one of some reasons. The platform may have revoked the token of
 * an App meanwhile: the next lookup mints another.
 */
function reactivate(sql: Sql, fence: StatusFence, reasons: readonly InactiveReason[]) {
  return sql<[ChangedRow?]>`
    update installations set
      is_active = true,
      inactive_reason = null,
      last_refresh_error = null,
      wipe_tokens_at = null,
      token_expires_at = case when kind <> 'github_app' then token_expires_at end,
      token_version = token_version + case when kind = 'github_app' then 1 else 0 end,
      status_version = status_version + 1,
      updated_at = clock_timestamp()
    where ${hasStatus(sql, fence)}
      and inactive_reason in ${sql(reasons)}
      and (access_token is not null or has_refresh_token or provider_installation_id is not null)
    returning ${changedColumns(sql)}
  `;
}

/** Returns the condition that a row is about the same installation of the platform. */
function isSameInstallation(sql: Sql, { installationId, providerInstallationId }: ProviderFence) {
  const isSame =
    providerInstallationId === null
      ? sql`provider_installation_id is null`
      : sql`provider_installation_id = ${providerInstallationId}`;
  return sql`id = ${installationId} and ${isSame}`;
}

/** Returns the condition that the same is true, and that its status did not change. */
function hasStatus(sql: Sql, fence: StatusFence) {
  return sql`${isSameInstallation(sql, fence)} and status_version = ${fence.statusVersion}`;
}

/** Returns the condition that a grant can end: it has not ended, and no operator disabled it. */
function canEnd(sql: Sql) {
  return sql`(is_active or inactive_reason = 'suspended')`;
}
