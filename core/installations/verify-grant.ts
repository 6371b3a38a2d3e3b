import { PLATFORM_CALL_MS } from "../deadlines.ts";
import { ServiceError } from "../errors.ts";
import type { InactiveReason, InstallationKind, Platform } from "../installation.ts";
import type { GrantState, OAuthProvider, StoredGrant } from "../ports/provider.ts";
import { getProviderOfKind } from "../providers/registry.ts";
import { belongsToOtherOrganization } from "./organization-match.ts";

/** A grant that the caller claims to have. */
export type ClaimedGrant = Omit<StoredGrant, "signal"> & {
  readonly platform: Platform;
  readonly kind: InstallationKind;
  /** An inactive grant may be invalid, but it must not belong to another organization. */
  readonly inactiveReason?: InactiveReason | null;
};

/**
 * Verifies at the platform that a grant is valid and belongs to the given organization, and returns its state:
 * anybody can claim the id of a GitHub App installation.
 *
 * @throws {ServiceError} `installation_not_verified`, `platform_not_configured`, and the errors of
 * `OAuthProvider.check`
 */
export async function verifyGrant(
  providers: readonly OAuthProvider[],
  grant: ClaimedGrant,
): Promise<GrantState> {
  const provider = getProviderOfKind(providers, grant);
  const signal = AbortSignal.timeout(PLATFORM_CALL_MS);
  const state = await provider.check({ ...grant, signal });
  const isValid = state.status === "active" && state.organizationId === grant.organizationId;
  const mayBeInvalid =
    (grant.inactiveReason ?? null) !== null && !belongsToOtherOrganization(grant, state);
  if (isValid || mayBeInvalid) return state;
  throw new ServiceError(
    "installation_not_verified",
    grant.providerInstallationId !== null
      ? "The App is not installed on this organization with this id."
      : "The platform did not confirm that this token is valid for this organization.",
  );
}
