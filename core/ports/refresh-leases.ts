import type { InactiveReason, Platform } from "../installation.ts";
import type { TokenSet } from "./provider.ts";
import type { StoredToken } from "./token-store.ts";

/** The right to renew the tokens of one installation, which one caller has at a time. */
export interface RefreshLease {
  readonly installationId: string;
  readonly owner: string;
  /** The version of the tokens that the lease is for: the fence of all that is done under it. */
  readonly tokenVersion: number;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly providerInstallationId: string | null;
  readonly refreshToken: string | null;
  /** The one before, and how many seconds ago it was used: some platforms still take it for a while. */
  readonly previousRefreshToken: string | null;
  readonly rotatedSecondsAgo: number | null;
}

/**
 * The port that lets exactly one of any number of callers, in any number of processes, renew tokens.
 *
 * Whatever is written under a lease is fenced: it has no effect when the tokens have changed since, or
 * another caller has the lease now. All is judged by the store's clock.
 */
export interface RefreshLeases {
  /** `undefined` when another caller has the lease, or the tokens are not those of `token` any more. */
  take(token: StoredToken): Promise<RefreshLease | undefined>;
  /** Starts the lease anew for a second call to the platform; `false` when it is lost. */
  renew(lease: RefreshLease): Promise<boolean>;
  /**
   * Stores new tokens and ends the lease; `false` when the fence kept them out. A refresh token that
   * `tokens` leave out stays; one that was replaced is kept as the previous one when `keepPrevious`.
   */
  write(
    lease: RefreshLease,
    tokens: TokenSet,
    options: { keepPrevious: boolean },
  ): Promise<boolean>;
  /** Keeps everybody from trying again for some time, and remembers why. */
  coolDown(lease: RefreshLease, error: string, seconds: number): Promise<void>;
  /** Makes the installation inactive, on the platform's word; `false` when the fence kept that out. */
  end(lease: RefreshLease, reason: InactiveReason, error: string): Promise<boolean>;
}
