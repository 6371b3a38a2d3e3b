import type { Platform } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import type { FlowLink } from "./install-links.ts";
import type { Grant } from "./provider.ts";

/** The grants of a flow that covers several organizations, of which the installer has to pick one. */
export interface PendingInstallation {
  /** The nonce of the flow, which its cookie is named after. */
  readonly id: string;
  readonly platform: Platform;
  /** SHA-256 of the secret in the flow's cookie, base64url. */
  readonly cookieHash: string;
  readonly grants: readonly Grant[];
  readonly redirectUri: string | null;
  readonly metadata: FlowMetadata;
  /** The install link that started the flow; `null` if none did. */
  readonly link: FlowLink | null;
}

/** The port that stores grants, encrypted, for the ten minutes in which an installer picks an organization. */
export interface PendingInstallations {
  /** @throws {ServiceError} `retry_later` */
  put(pending: PendingInstallation): Promise<void>;
  /**
   * Returns and deletes a pending installation, once, if it belongs to this cookie and covers this
   * organization. Its tokens have less life left by the time that they were stored. Otherwise it returns `undefined` and keeps it, so that only the installer can consume it.
   *
   * @throws {ServiceError} `retry_later`, `decryption_failed`
   */
  take(
    id: string,
    choice: { cookieHash: string; organizationId: string },
  ): Promise<PendingInstallation | undefined>;
}
