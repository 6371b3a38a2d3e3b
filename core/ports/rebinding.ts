import { ServiceError } from "../errors.ts";
import type { InactiveReason } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import type { FlowLink } from "./install-links.ts";

/** How an install may change the installation that its organization already has. */
export interface Binding {
  /** The install link; `null` for an install without one, which keeps whom the installation belongs to. */
  readonly link: FlowLink | null;
  /** The metadata of the link that says whom it is for. */
  readonly customer: FlowMetadata;
  /** Whether the grant of another person may be replaced. */
  readonly mayReplaceInstaller: boolean;
}

/** The stored installation of an organization, as far as it decides what an install may change. */
export interface BoundInstallation {
  readonly id: string;
  /** Whether its grant was revoked or has expired, or the bot was uninstalled. */
  readonly hasEnded: boolean;
  /** Whether its metadata contain all of `Binding.customer`. */
  readonly isSameCustomer: boolean;
  readonly installedById: string | null;
  /** Whether nobody has connected it. */
  readonly isUnclaimed: boolean;
}

/** Returns whether a grant has ended. That of a disabled or suspended installation has not. */
export function hasEnded(reason: InactiveReason | null): boolean {
  return reason === "uninstalled" || reason === "reauthorization_required";
}

/** Installs without a link, by a person who may replace the grant of anybody. */
export const UNBOUND: Binding = { link: null, customer: {}, mayReplaceInstaller: true };

/** The key of the name that the page of a link shows. It says nothing about whom the link is for. */
const DISPLAY_NAME = "display_name";

/** Returns the metadata of a link that says whom it is for: that of the given keys, or all but the shown name. */
export function customerOf(
  metadata: FlowMetadata,
  bindingKeys: readonly string[] | undefined,
): FlowMetadata {
  const isKey = (key: string) => (bindingKeys ? bindingKeys.includes(key) : key !== DISPLAY_NAME);
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => isKey(key)));
}

/**
 * Returns how an install changes a stored installation: `reinstall` keeps its id, its webhook secret and its
 * metadata; `rebind` replaces it with a new one, which belongs to another customer; `claim` connects one that
 * nobody has connected, which is its creation.
 *
 * @throws {ServiceError} `installation_bound_elsewhere`, `installation_not_verified`
 */
export function decideRebinding(
  stored: BoundInstallation,
  { link, mayReplaceInstaller }: Binding,
  installedById: string | null,
): "reinstall" | "rebind" | "claim" {
  const isPinned = link !== null && link.installationId !== null;
  if (isPinned && link.installationId !== stored.id) throw boundElsewhere("pinned");
  if (stored.isUnclaimed) return "claim";
  if (isPinned) return "reinstall";

  const isRebinding = link !== null && !stored.isSameCustomer;
  if (stored.hasEnded) return isRebinding ? "rebind" : "reinstall";
  if (isRebinding && !link.replaces) throw boundElsewhere("metadata");
  if (stored.installedById !== installedById && !mayReplaceInstaller) {
    const message =
      "Another person installed the bot. Only an administrator can replace that grant.";
    throw new ServiceError("installation_not_verified", message, { reason: "no_admin" });
  }
  return isRebinding ? "rebind" : "reinstall";
}

/**
 * Throws if a link that is pinned to an installation would create another one.
 *
 * @throws {ServiceError} `installation_bound_elsewhere`
 */
export function requireUnpinned({ link }: Binding): void {
  if (link && link.installationId !== null) throw boundElsewhere("pinned");
}

function boundElsewhere(reason: "pinned" | "metadata"): ServiceError {
  const message =
    reason === "pinned"
      ? "This install link is for another organization."
      : "This organization has an installation that belongs to another customer.";
  return new ServiceError("installation_bound_elsewhere", message, { reason });
}
