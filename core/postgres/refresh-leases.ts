import { randomUUID } from "node:crypto";
import { TOKEN_WRITE_MS } from "../deadlines.ts";
import type { TokenSet } from "../ports/provider.ts";
import type { RefreshLease, RefreshLeases } from "../ports/refresh-leases.ts";
import type { StoredToken } from "../ports/token-store.ts";
import {
  openNullable,
  sealColumn,
  sealNullable,
  type WithSealed,
} from "../sealing/sealed-columns.ts";
import type { Sealed, Sealer } from "../sealing/sealer.ts";
import type { Database } from "./client.ts";
import type { Sql } from "./connection.ts";
import { dropTokens } from "./installation-statements.ts";

/** Longer than a platform call and a write together. After a crash, others wait for this time at most. */
export const LEASE_SECONDS = 15;

type LeaseRow = WithSealed<Omit<RefreshLease, "installationId" | "owner" | "tokenVersion">>;

interface SealedTokens {
  readonly accessToken: Sealed;
  /** `null` keeps the stored one. */
  readonly refreshToken: Sealed | null;
  readonly previousRefreshToken: Sealed | null;
}

/**
 * Stores each lease in the row of its installation, by compare-and-set.
 *
 * A cool-down is a lease without an owner: nobody can take one until it ends.
 */
export function createPostgresRefreshLeases(database: Database, sealer: Sealer): RefreshLeases {
  return {
    async take(token) {
      const owner = randomUUID();
      const [row] = await database.run((sql) => takeLease(sql, token, owner));
      if (!row) return undefined;

      const { installationId, tokenVersion } = token;
      const lease = { ...row, installationId, owner, tokenVersion };
      try {
        const refreshToken = await openNullable(sealer, "refresh_token", row, row.refreshToken);
        // A previous token that cannot be decrypted is treated as absent.
        const previousRefreshToken = await openNullable(
          sealer,
          "previous_refresh_token",
          row,
          row.previousRefreshToken,
        ).catch(() => null);
        return { ...lease, refreshToken, previousRefreshToken };
      } catch (error) {
        await database.run((sql) => releaseLease(sql, lease));
        throw error;
      }
    },

    async extend(lease) {
      const extended = await database.run(
        (sql) => sql`
          update installations set
            refresh_lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
          where ${whereLeaseHeld(sql, lease)}
        `,
      );
      return extended.count === 1;
    },

    async write(lease, tokens, { keepPrevious }) {
      const isRotated = tokens.refreshToken !== null && tokens.refreshToken !== lease.refreshToken;
      const previous = keepPrevious ? lease.refreshToken : null;
      const sealed = {
        accessToken: await sealColumn(sealer, "access_token", lease, tokens.accessToken),
        refreshToken: await sealNullable(sealer, "refresh_token", lease, tokens.refreshToken),
        previousRefreshToken: await sealNullable(sealer, "previous_refresh_token", lease, previous),
      };
      const written = await database.run(
        (sql) => writeTokens(sql, lease, tokens, sealed, isRotated),
        { budgetMs: TOKEN_WRITE_MS, retryUntilBudget: true },
      );
      return written.count === 1;
    },

    async coolDown(lease, error, seconds) {
      await database.run(
        (sql) => sql`
          update installations set
            refresh_lease_owner = null,
            refresh_lease_until = clock_timestamp() + make_interval(secs => ${seconds}),
            last_refresh_error = ${error},
            updated_at = clock_timestamp()
          where ${whereLeaseHeld(sql, lease)}
        `,
      );
    },

    async end(lease, reason, error) {
      const ended = await database.run(
        (sql) => sql`
          update installations set
            is_active = false,
            inactive_reason = ${reason},
            ${reason === "uninstalled" ? dropTokens(sql) : sql``}
            refresh_lease_owner = null,
            refresh_lease_until = null,
            last_refresh_error = ${error},
            updated_at = clock_timestamp()
          where ${whereLeaseHeld(sql, lease)}
        `,
      );
      return ended.count === 1;
    },
  };
}

function takeLease(sql: Sql, { installationId, tokenVersion }: StoredToken, owner: string) {
  return sql<[LeaseRow?]>`
    update installations set
      refresh_lease_owner = ${owner},
      refresh_lease_until = clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})
    where id = ${installationId}
      and token_version = ${tokenVersion}
      and is_active
      and (
        refresh_lease_until is null
        or refresh_lease_until < clock_timestamp()
        or refresh_lease_owner = ${owner}
      )
    returning
      platform,
      organization_id as "organizationId",
      provider_installation_id as "providerInstallationId",
      refresh_token as "refreshToken",
      previous_refresh_token as "previousRefreshToken",
      extract(epoch from clock_timestamp() - refresh_rotated_at)::float8 as "rotatedSecondsAgo"
  `;
}

function writeTokens(
  sql: Sql,
  lease: RefreshLease,
  { expiresAt, refreshTokenExpiresAt, scopes }: TokenSet,
  { accessToken, refreshToken, previousRefreshToken }: SealedTokens,
  isRotated: boolean,
) {
  const rotation = sql`
    refresh_token = ${refreshToken},
    refresh_token_expires_at = ${refreshTokenExpiresAt},
    previous_refresh_token = ${previousRefreshToken},
    refresh_rotated_at = clock_timestamp(),
  `;
  // A duration, so that the expiry is set by the database's clock, which all readers compare it with.
  const lifeSeconds = expiresAt && (expiresAt.getTime() - Date.now()) / 1000;
  return sql`
    update installations set
      access_token = ${accessToken},
      token_expires_at = clock_timestamp() + make_interval(secs => ${lifeSeconds}),
      token_stored_at = clock_timestamp(),
      ${isRotated ? rotation : sql``}
      ${scopes.length > 0 ? sql`scopes = ${sql.json([...scopes])},` : sql``}
      token_version = token_version + 1,
      refresh_lease_owner = null,
      refresh_lease_until = null,
      last_refreshed_at = clock_timestamp(),
      last_refresh_error = null,
      updated_at = clock_timestamp()
    where ${whereLeaseHeld(sql, lease)}
  `;
}

function releaseLease(
  sql: Sql,
  lease: Pick<RefreshLease, "installationId" | "tokenVersion" | "owner">,
) {
  return sql`
    update installations set refresh_lease_owner = null, refresh_lease_until = null
    where ${whereLeaseHeld(sql, lease)}
  `;
}

/** Returns the fence: the condition that the tokens are unchanged and the caller still has the lease. */
function whereLeaseHeld(
  sql: Sql,
  {
    installationId,
    tokenVersion,
    owner,
  }: Pick<RefreshLease, "installationId" | "tokenVersion" | "owner">,
) {
  return sql`
    id = ${installationId} and token_version = ${tokenVersion} and refresh_lease_owner = ${owner}
  `;
}
