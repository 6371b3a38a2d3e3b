import type { Permissions } from "../grants/permissions.ts";
import type {
  InactiveReason,
  InstallationKey,
  InstallationKind,
  Platform,
} from "../installation.ts";
import type { Change } from "./installation-events.ts";
import type { PlatformFields } from "./platform-fields.ts";

/** The access token of an installation, decrypted, with what a lookup needs. */
export interface StoredToken {
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly isActive: boolean;
  readonly inactiveReason: InactiveReason | null;
  /** `null` for an inactive installation, and if it was imported without a token. */
  readonly accessToken: string | null;
  readonly hasRefreshToken: boolean;
  readonly scopes: readonly string[];
  /** The permissions of a GitHub App; empty if they are not known, and for any other kind. */
  readonly permissions: Permissions;
  /** By the store's clock, as all dates are. */
  readonly expiresAt: Date | null;
  /** When it was read. */
  readonly readAt: Date;
  /** Seconds to `expiresAt` by the store's clock; `null` if the token does not expire. */
  readonly lifeLeftSeconds: number | null;
  /** Seconds from when the token was stored to `expiresAt`; `null` if the token does not expire. */
  readonly lifetimeSeconds: number | null;
  readonly providerInstallationId: string | null;
  /** `null` until `storePlatformFields`. */
  readonly platformFields: PlatformFields | null;
  /** The registration at the platform that the grant was made with. */
  readonly clientId: string;
  /** The refreshes whose outcome is unknown, one that is under way included. */
  readonly refreshAttempts: number;
  /** Consecutive refreshes that failed. The cool-down grows with them. */
  readonly refreshFailures: number;
  /** Seconds since the platform confirmed the access token; `null` if it did not since the last refresh. */
  readonly aliveSecondsAgo: number | null;
  /** When an ending grant ends: its refresh token is lost; `null` for any other. */
  readonly grantEndsAt: Date | null;
  /** Seconds until the next refresh may be tried after one that failed; `null` if it may be tried now. */
  readonly coolDownSeconds: number | null;
  readonly lastRefreshError: string | null;
  /** Incremented by every change of the tokens. It fences writes that were decided on older tokens. */
  readonly tokenVersion: number;
  /** Incremented when the platform's status of the installation is stored. */
  readonly statusVersion: number;
  /**
   * Incremented when a narrowed token was reported as rejected. It is 0 unless the registration was verified, as it
   * is for a narrowed token.
   */
  readonly narrowedVersion: number;
  /** Whether a lookup of it is stored for the last hour. */
  readonly isLookupRecent: boolean;
}

/** The decrypted tokens of an installation, active or not, with what calls to its platform need. */
export interface StoredSecrets {
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly inactiveReason: InactiveReason | null;
  readonly providerInstallationId: string | null;
  readonly clientId: string;
  /** The permissions of a GitHub App; empty if they are not known, and for any other kind. */
  readonly permissions: Permissions;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly lifeLeftSeconds: number | null;
  readonly tokenVersion: number;
  /** Incremented when the grant is replaced: by an install, an import or a new refresh token. */
  readonly grantVersion: number;
  /** Incremented when the platform's status of the installation is stored. */
  readonly statusVersion: number;
  /** Whether a refresh is under way, or one has an unknown outcome: the access token proves nothing then. */
  readonly isRefreshOpen: boolean;
}

/** The version of the tokens that a write was decided on. If they changed since, it has no effect. */
export type TokenFence = Pick<StoredToken, "installationId" | "tokenVersion">;

/** The installation at the platform that a decision is about. */
export type ProviderFence = Pick<StoredSecrets, "installationId" | "providerInstallationId">;

/** The same, and its status when it was requested. */
export type StatusFence = ProviderFence & Pick<StoredSecrets, "statusVersion">;

/** The same, with the permissions that were stored then. */
type PermissionFence = StatusFence &
  Pick<StoredSecrets, "platform" | "kind" | "clientId" | "permissions">;

/**
 * The port that reads and decrypts the tokens and secrets of installations. Only functions that can read
 * the token key ring use it. Every method throws `retry_later` if the store does not respond in time.
 */
export interface TokenStore {
  /**
   * Reads the token of an active grant with one statement, and any other row with two. The token of an
   * inactive installation is not decrypted. With `verifyRegistration`, and whenever there is no access token,
   * decrypts the row's registration, which detects a changed kind, `providerInstallationId` or `clientId`.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findToken(
    key: InstallationKey | ProviderKey,
    options?: { verifyRegistration?: boolean },
  ): Promise<StoredToken | undefined>;
  /** Stores that a token is looked up now, unless a lookup of the last hour is stored. Tries it for 50 ms. */
  noteLookup(installationId: string): Promise<void>;
  /** @throws {ServiceError} `decryption_failed` */
  findWebhookSecret(key: InstallationKey | ProviderKey): Promise<string | undefined>;
  /**
   * Returns the tokens of an installation, by its id, its organization, or the platform's id.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findSecrets(key: InstallationKey | ProviderKey): Promise<StoredSecrets | undefined>;
  /**
   * Deactivates an active or suspended installation, on evidence about its tokens. Has no effect, and returns
   * `undefined`, if the tokens changed, during a refresh, and while one has an unknown outcome: the evidence
   * may be about replaced tokens. The tokens stay encrypted for the retention time.
   */
  endGrant(
    fence: TokenFence,
    reason: InactiveReason,
    detail: string | null,
  ): Promise<Change | undefined>;
  /**
   * Deactivates an active or suspended installation, on evidence about the installation itself, whatever
   * its tokens are: ends a refresh that is under way. Returns `undefined` if the row is about another
   * installation of the platform now, or if its status changed since it was requested.
   */
  endInstallation(
    fence: StatusFence,
    reason: InactiveReason,
    detail: string | null,
  ): Promise<Change | undefined>;
  /**
   * Ends a grant that was to end when its access token expired, without a second event; `false` if it has
   * not come to that.
   */
  endExpired(installationId: string): Promise<boolean>;
  /**
   * Reactivates an installation that is suspended or ended and that the platform reports as active; `undefined`
   * if its status changed since it was requested, or if it has nothing to get a token with. A disabled
   * installation stays disabled. For an App's installation, the next lookup mints another token.
   */
  reactivate(fence: StatusFence): Promise<Change | undefined>;
  /**
   * Makes the next lookup mint a token of an App's installation, active or not, because the platform changed
   * or revoked the stored one: that one is not returned any more, and one that is being minted is not stored.
   * Has no effect, and returns `false`, if the status changed since it was requested, and on another kind.
   */
  expireToken(fence: StatusFence): Promise<boolean>;
  /**
   * Stores other permissions of an App's installation, which its platform reports, and makes the next lookup mint
   * a token that has them. Its event is `permissions_changed`, or none if the permissions were not known before.
   * `undefined` if the status or the permissions changed since they were read, and on another kind.
   */
  storePermissions(grant: PermissionFence, permissions: Permissions): Promise<Change | undefined>;
  /**
   * Increments `narrowedVersion`, at most once in `intervalSeconds` and only if it is that of `token`. Returns the stored
   * version; `undefined` if there is no such installation.
   */
  rejectNarrowed(
    token: Pick<StoredToken, "installationId" | "narrowedVersion">,
    options: { readonly intervalSeconds: number },
  ): Promise<number | undefined>;
  /** Deletes an installation that no owner has connected; `false` if its status changed since it was requested. */
  deleteUnclaimed(fence: StatusFence): Promise<boolean>;
  rename(fence: ProviderFence, organizationName: string): Promise<void>;
  /** Stores what the platform reports about a grant. Has no effect if the tokens changed since. */
  storePlatformFields(fence: TokenFence, fields: PlatformFields): Promise<void>;
}

/** Identifies an installation by the id that its platform gave it. */
export interface ProviderKey {
  readonly platform: Platform;
  readonly providerInstallationId: string;
}
