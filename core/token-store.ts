import type {
  InactiveReason,
  InstallationKey,
  InstallationKind,
  Platform,
} from "./installation.ts";

/** What a token lookup needs of an installation, with the access token opened. */
export interface StoredToken {
  readonly installationId: string;
  readonly platform: Platform;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly kind: InstallationKind;
  readonly isActive: boolean;
  readonly inactiveReason: InactiveReason | null;
  /** `null` when the tokens were dropped at an uninstall. */
  readonly accessToken: string | null;
  readonly hasRefreshToken: boolean;
  readonly scopes: readonly string[];
  readonly expiresAt: Date | null;
  /** Seconds to `expiresAt` by the store's clock, which all callers share; `null` when it does not expire. */
  readonly lifeLeftSeconds: number | null;
  /** Seconds that the token had to live when it was stored; `null` when it does not expire. */
  readonly lifetimeSeconds: number | null;
  readonly providerInstallationId: string | null;
  /** Whether a renewal failed a moment ago, so that nobody should try again yet, and with which code. */
  readonly isCoolingDown: boolean;
  readonly lastRefreshError: string | null;
  /** Counts every change of the tokens, so that a decision about old tokens cannot hit new ones. */
  readonly tokenVersion: number;
}

/** The port that reads the secrets of installations. Only functions that hold the tokens' key ring have it. */
export interface TokenStore {
  /**
   * Reads in one statement; tokens of an inactive installation are not opened.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findToken(key: InstallationKey): Promise<StoredToken | undefined>;
  /** @throws {ServiceError} `decryption_failed` */
  findWebhookSecret(key: InstallationKey): Promise<string | undefined>;
  /**
   * Makes an active installation inactive until it is installed again. Nothing happens when its tokens
   * have changed since `token` was read.
   */
  requireReauthorization(token: StoredToken, error: string): Promise<void>;
}
