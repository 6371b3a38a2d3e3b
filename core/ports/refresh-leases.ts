import type { InactiveReason, Platform } from "../installation.ts";
import type { TokenSet } from "./provider.ts";
import type { StoredToken } from "./token-store.ts";

/** The exclusive right to refresh the tokens of one installation. */
export interface RefreshLease {
  readonly installationId: string;
  readonly owner: string;
  /** The version of the tokens that the lease is for. It fences every write under the lease. */
  readonly tokenVersion: number;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly providerInstallationId: string | null;
  readonly refreshToken: string | null;
  /** The refresh token before it: some platforms accept it for a while after it was used. */
  readonly previousRefreshToken: string | null;
  readonly rotatedSecondsAgo: number | null;
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
   * Returns `undefined` if another caller has the lease, or if the tokens are not those of `token` any more.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  take(token: StoredToken): Promise<RefreshLease | undefined>;
  /** Starts the time of the lease again, for a second call to the platform; `false` if the lease is lost. */
  extend(lease: RefreshLease): Promise<boolean>;
  /**
   * Stores new tokens and ends the lease; `false` if the fence rejected them. Without a refresh token in
   * `tokens`, the stored one stays. With `keepPrevious`, a replaced one is stored as the previous one.
   */
  write(
    lease: RefreshLease,
    tokens: TokenSet,
    options: { keepPrevious: boolean },
  ): Promise<boolean>;
  /** Ends the lease, stores the error, and lets nobody take a lease for so many seconds. */
  coolDown(lease: RefreshLease, error: string, seconds: number): Promise<void>;
  /** Deactivates the installation after the platform ended it; `false` if the fence rejected that. */
  end(lease: RefreshLease, reason: InactiveReason, error: string): Promise<boolean>;
}
