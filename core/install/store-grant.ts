import { createWebhookSecret } from "../installation.ts";
import { type InstallationEvents, publishChange } from "../ports/installation-events.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { Grant, OAuthProvider } from "../ports/provider.ts";
import type { FlowIntent } from "./flow.ts";
import type { StoredInstall } from "./install-result.ts";

export interface StoreGrantDeps {
  readonly installations: InstallationRepository;
  readonly events: InstallationEvents;
}

/** Of a grant whose tokens the first lookup gets. */
const NO_TOKENS = {
  accessToken: null,
  refreshToken: null,
  expiresInSeconds: null,
  refreshTokenExpiresInSeconds: null,
  scopes: [],
};

/**
 * Stores the installation of one organization, marks the install link of the flow as used, and publishes
 * `created` or `reinstalled`.
 *
 * @throws {ServiceError} `invalid_state` if the link was used meanwhile, `installation_bound_elsewhere` if it
 * is pinned to another installation; `shared_account`, `retry_later`, `server_error`
 */
export async function storeGrant(
  { installations, events }: StoreGrantDeps,
  provider: Pick<OAuthProvider, "platform" | "kind" | "clientId" | "refusesSharedAccounts">,
  { metadata, link }: Pick<FlowIntent, "metadata" | "link">,
  { tokens, organizationUrl: _, ...grant }: Grant,
): Promise<StoredInstall> {
  const { platform, kind, clientId, refusesSharedAccounts = false } = provider;
  const webhookSecret = createWebhookSecret();
  const stored = await installations.upsert(
    { ...grant, ...(tokens ?? NO_TOKENS), platform, kind, clientId, metadata, webhookSecret },
    { refusesSharedAccounts, link },
  );
  publishChange(events, stored);
  return {
    status: "success",
    installation: stored.installation,
    webhookSecret: stored.created ? webhookSecret : undefined,
  };
}
