import { PLATFORM_CALL_MS } from "../deadlines.ts";
import type { InstallationRepository } from "../ports/installation-repository.ts";
import type { OAuthProvider } from "../ports/provider.ts";
import type { CreatedInstallation } from "../ports/webhook.ts";
import { getProvider } from "../providers/registry.ts";

export interface StoreUnclaimedDeps {
  readonly installations: Pick<InstallationRepository, "addUnclaimed">;
  readonly providers: readonly OAuthProvider[];
}

/**
 * Stores an installation of an App that was created at the platform and that nobody has connected, unless its
 * organization has an installation. It has no token until an owner connects it.
 *
 * The delivery may be old: the platform is asked for the present state.
 *
 * @throws {ServiceError} `platform_not_configured`, `retry_later`, and the errors of `OAuthProvider.check`
 */
export async function storeUnclaimed(
  { installations, providers }: StoreUnclaimedDeps,
  { platform, providerInstallationId, organizationId, sender, requester }: CreatedInstallation,
): Promise<void> {
  const provider = getProvider(providers, platform);
  if (!provider.installationUrl) return;

  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  const claim = { organizationId, providerInstallationId, accessToken: null, refreshToken: null };
  const state = await provider.check({ ...claim, signal });
  if (state.status !== "active" || state.organizationId !== organizationId) return;
  const { kind, clientId } = provider;
  await installations.addUnclaimed({
    platform,
    organizationId,
    organizationName: state.organizationName ?? organizationId,
    kind,
    providerInstallationId,
    clientId,
    installedBy: sender.name,
    installedById: sender.id,
    permissions: state.permissions,
    requester,
  });
}
