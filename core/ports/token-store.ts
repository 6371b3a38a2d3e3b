import type {
  InactiveReason,
  InstallationKey,
  InstallationKind,
  Platform,
} from "../installation.ts";

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

/** All that is needed to speak to a platform for an installation, active or not. */
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

/** Tokens as they were when a decision about them was made: of an older version, it has no effect. */
export type TokenFence = Pick<StoredToken, "installationId" | "tokenVersion">;

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
   * The tokens of the installation that a key names, by our id, the organization, or the platform's id.
   *
   * @throws {ServiceError} `decryption_failed`
   */
  findSecrets(key: InstallationKey | ProviderKey): Promise<StoredSecrets | undefined>;
  /**
   * Makes an active or suspended installation inactive, and says whether it did; an uninstalled one loses
   * its tokens. Nothing happens while its tokens are being renewed: what was found then may be about tokens
   * on their way out.
   */
  deactivate(fence: TokenFence, reason: InactiveReason, error: string | null): Promise<boolean>;
  /** Makes a suspended installation active again, and no other. */
  unsuspend(fence: TokenFence): Promise<void>;
  rename(fence: TokenFence, organizationName: string): Promise<void>;
}

/** How a platform names one of its installations. */
export interface ProviderKey {
  readonly platform: Platform;
  readonly providerInstallationId: string;
}
