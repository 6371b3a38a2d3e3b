import type { Platform } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import type { Grant } from "./provider.ts";

/** A finished exchange that covers several organizations, of which the installer has to pick one. */
export interface PendingInstallation {
  /** The nonce of the flow, which names its cookie. */
  readonly id: string;
  readonly platform: Platform;
  /** SHA-256 of the secret in the flow's cookie, base64url. */
  readonly cookieHash: string;
  readonly grants: readonly Grant[];
  readonly redirectUri: string | null;
  readonly metadata: FlowMetadata;
}

/** The port that keeps tokens, sealed, for the ten minutes in which an installer picks an organization. */
export interface PendingInstallations {
  put(pending: PendingInstallation): Promise<void>;
  /**
   * Takes one out, once, when it is for this cookie and holds this organization; otherwise nothing
   * happens, so that nobody but the installer can use it up.
   */
  take(
    id: string,
    choice: { cookieHash: string; organizationId: string },
  ): Promise<PendingInstallation | undefined>;
}
