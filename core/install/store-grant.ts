import { createWebhookSecret } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import { type InstallationEvents, publishInstall } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { Grant, OAuthProvider } from "../ports/provider.ts";
import type { StoredInstall } from "./install-result.ts";

export interface StoreGrantDeps {
  readonly installations: InstallationRepository;
  readonly events: InstallationEvents;
}

/**
 * Stores the installation of one organization and publishes `created` or `reinstalled`.
 *
 * @throws {ServiceError} `retry_later`, `server_error`
 */
export async function storeGrant(
  { installations, events }: StoreGrantDeps,
  { platform, kind }: Pick<OAuthProvider, "platform" | "kind">,
  metadata: FlowMetadata,
  { tokens, organizationUrl: _, ...grant }: Grant,
): Promise<StoredInstall> {
  const webhookSecret = createWebhookSecret();
  const { installation, created } = await installations.upsert({
    ...grant,
    platform,
    kind,
    metadata,
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken,
    tokenExpiresAt: tokens.expiresAt,
    refreshTokenExpiresAt: tokens.refreshTokenExpiresAt,
    scopes: tokens.scopes,
    webhookSecret,
  });
  publishInstall(events, installation, created ? "created" : "reinstalled");
  return { status: "success", installation, webhookSecret: created ? webhookSecret : undefined };
}
