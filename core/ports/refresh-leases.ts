import type { InactiveReason, InstallationKind, Platform } from "../installation.ts";
import type { Change } from "./installation-events.ts";
import type { TokenSet } from "./provider.ts";
import type { StoredToken, TokenFence } from "./token-store.ts";

/** The exclusive right to refresh the tokens of one installation. */
export interface RefreshLease {
  readonly installationId: string;
  readonly owner: string;
  /** The version of the tokens that the lease is for. It fences every write under the lease. */
  readonly tokenVersion: number;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly kind: InstallationKind;
  readonly providerInstallationId: string | null;
  readonly clientId: string;
  /** The hash of the stored grant, as `grantedKey` returns it. */
  readonly grantedKey: string | null;
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  /** The refresh token before it: some platforms accept it for a while after it was used. */
  readonly previousRefreshToken: string | null;
  readonly rotatedSecondsAgo: number | null;
  /** The refreshes whose outcome is unknown, the one of this lease included: at least 1. */
  readonly attempts: number;
  /** Seconds since the first of them was sent. */
  readonly sentSecondsAgo: number;
  /** Consecutive refreshes that failed before. The cool-down grows with them. */
  readonly failures: number;
}

/** When tokens that were written expire, by the clock of the store. */
export interface StoredExpiry extends Partial<Change> {
  /** `null` if the access token does not expire. */
  readonly expiresAt: Date | null;
}

/** The consequences of a failed refresh for the tokens. */
export interface FailedAttempt {
  readonly error: string;
  /** For how long nobody may take a lease. */
  readonly seconds: number;
  /**
   * `none`: this attempt certainly had no effect. `undone`: none of the open attempts had, since the platform
   * confirmed the old tokens, or since a refresh uses nothing up. `unknown`: the platform may have issued tokens that were not received.
   */
  readonly outcome: "none" | "undone" | "unknown";
  /** Whether the platform confirmed just now that the stored access token is valid. */
  readonly isAlive?: boolean;
}

/**
 * The port that lets one caller at a time refresh the tokens of an installation, across all processes.
 *
 * Every write under a lease is fenced: it has no effect if the tokens changed or another caller took the
 * lease. Leases are judged by the store's clock. Every method throws `retry_later` if the store does not
 * respond in time.
 */
export interface RefreshLeases {
  /**
   * Takes the lease and counts an attempt in the same step: from here on the outcome is unknown, until it is
   * written or settled. An earlier confirmation of the access token (`aliveSecondsAgo`) is dropped: the new
   * attempt may end that token. Returns `undefined` if another caller has the lease, if the tokens are not those of
   * `token` any more, or during a cool-down.
   *
   * @throws {ServiceError} `decryption_failed`, also if the row's registration was changed
   */
  take(token: StoredToken, options: { seconds: number }): Promise<RefreshLease | undefined>;
  /**
   * Extends the lease for a second call to the platform, counts that attempt, and drops a confirmation of the
   * access token; `undefined` if the lease is lost.
   */
  extend(lease: RefreshLease, options: { seconds: number }): Promise<RefreshLease | undefined>;
  /**
   * Stores new tokens and ends the lease, with the event `permissions_changed` if they have other scopes or
   * permissions than the stored ones, as far as both are known; `undefined` if the fence rejected them. Without a refresh token in
   * `tokens`, the stored one stays. With `keepPrevious`, a replaced one is stored as the previous one;
   * with `isLookup`, that the token was looked up.
   */
  write(
    lease: RefreshLease,
    tokens: TokenSet,
    options: { keepPrevious: boolean; isLookup?: boolean },
  ): Promise<StoredExpiry | undefined>;
  /**
   * Ends the lease, stores the error, counts the failure, and starts a cool-down; `false` if the fence rejected
   * that.
   */
  coolDown(lease: RefreshLease, attempt: FailedAttempt): Promise<boolean>;
  /**
   * Starts a cool-down without a lease and counts the failure, for a call to the platform that used no stored
   * token; has no effect while somebody has the lease.
   */
  coolDownUnleased(
    fence: TokenFence,
    attempt: Pick<FailedAttempt, "error" | "seconds">,
  ): Promise<void>;
  /**
   * Deactivates the installation after its grant ended; `undefined` if the fence rejected that. A status that was
   * requested before is not stored after it.
   */
  end(lease: RefreshLease, reason: InactiveReason, detail: string): Promise<Change | undefined>;
  /**
   * Lets the grant end when its access token expires, because the refresh token is lost: moves that one
   * aside and sets `grantEndsAt`. `undefined` if the fence rejected that.
   */
  endLater(lease: RefreshLease, detail: string): Promise<Change | undefined>;
}
