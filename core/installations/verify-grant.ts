import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import type { InactiveReason, InstallationKind, Platform } from "../installation.ts";
import type { OAuthProvider, StoredGrant } from "../ports/provider.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { belongsToOtherOrganization } from "./organization-match.ts";

/** A grant that somebody says they have. */
export type ClaimedGrant = Omit<StoredGrant, "signal"> & {
  readonly platform: Platform;
  readonly kind: InstallationKind;
  /** Such a grant need not be alive, but it must not be somebody else's. */
  readonly inactiveReason?: InactiveReason | null;
};

/**
 * Asks the platform whether a grant is alive, and of the organization that it is said to be of: the id of
 * a GitHub App installation could be anybody's.
 *
 * @throws {ServiceError} `installation_not_verified`, `platform_not_configured`, and what
 * `OAuthProvider.check` throws
 */
export async function verifyGrant(
  providers: readonly OAuthProvider[],
  grant: ClaimedGrant,
): Promise<void> {
  const provider = getProviderOfKind(providers, grant);
  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  const state = await provider.check({ ...grant, signal });
  const isAlive = state.status === "active" && state.organizationId === grant.organizationId;
  const mayBeDead =
    (grant.inactiveReason ?? null) !== null && !belongsToOtherOrganization(grant, state);
  if (isAlive || mayBeDead) return;
  throw new ServiceError(
    "installation_not_verified",
    grant.providerInstallationId !== null
      ? "The App is not installed on this organization with this id."
      : "The platform does not say that this token is alive and of this organization.",
  );
}
