import type {
  InactiveReason,
  InstallationKey,
  InstallationKind,
  Platform,
} from "../installation.ts";

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
  readonly expiresAt: Date | null;
  /** Seconds to `expiresAt` by the store's clock; `null` if the token does not expire. */
  readonly lifeLeftSeconds: number | null;
  /** Seconds from when the token was stored to `expiresAt`; `null` if the token does not expire. */
  readonly lifetimeSeconds: number | null;
  readonly providerInstallationId: string | null;
  /** Whether a refresh failed recently, so that nobody may try again yet. */
  readonly isCoolingDown: boolean;
  readonly lastRefreshError: string | null;
  /** Incremented by every change of the tokens. It fences writes that were decided on older tokens. */
  readonly tokenVersion: number;
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
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
  readonly tokenVersion: number;
}

/** The version of the tokens that a write was decided on. If they changed since, it has no effect. */
export type TokenFence = Pick<StoredToken, "installationId" | "tokenVersion">;

/**
 * The port that reads and decrypts the tokens and secrets of installations. Only functions that can read
 * the token key ring use it. Every method throws `retry_later` if the store does not respond in time.
 */
export interface TokenStore {
  /**
   * Reads with one statement. The token of an inactive installation is not decrypted.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findToken(key: InstallationKey): Promise<StoredToken | undefined>;
  /** @throws {ServiceError} `decryption_failed` */
  findWebhookSecret(key: InstallationKey): Promise<string | undefined>;
  /**
   * Returns the tokens of an installation, by its id, its organization, or the platform's id.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findSecrets(key: InstallationKey | ProviderKey): Promise<StoredSecrets | undefined>;
  /**
   * Deactivates an active or suspended installation, and returns whether it did. With `uninstalled`, its
   * tokens are deleted. Has no effect during a refresh, because the decision may be about the replaced tokens.
   */
  deactivate(fence: TokenFence, reason: InactiveReason, error: string | null): Promise<boolean>;
  /** Reactivates the installation if it is suspended. */
  unsuspend(fence: TokenFence): Promise<void>;
  rename(fence: TokenFence, organizationName: string): Promise<void>;
}

/** Identifies an installation by the id that its platform gave it. */
export interface ProviderKey {
  readonly platform: Platform;
  readonly providerInstallationId: string;
}
