import type { CallerLimits } from "../configuration/callers.ts";
import { notFound, ServiceError } from "../errors.ts";
import {
  findMissingPermissions,
  limitPermissions,
  type Permission,
  type Permissions,
} from "../grants/permissions.ts";
import type { InstallationKey, Platform } from "../installation.ts";
import type { Metadata } from "../metadata.ts";
import type { Narrowing, OAuthProvider } from "../ports/provider.ts";
import type { ProviderKey, StoredToken } from "../ports/token-store.ts";
import { getProviderOfKind } from "../providers/registry.ts";

/** Returns the metadata of an installation; `undefined` if it does not exist any more. */
export type FindMetadata = (installationId: string) => Promise<Metadata | undefined>;

interface LimitDeps {
  readonly findMetadata: FindMetadata;
  readonly providers: readonly OAuthProvider[];
}

/** The parts of a lookup that limits are compared with. */
interface LimitedLookup {
  readonly key: InstallationKey | ProviderKey;
  readonly requiredPermissions?: readonly Permission[];
}

/** Returns whether the tokens of a caller are narrowed, for which the registration has to be verified. */
export function narrows({ permissions, repositories }: CallerLimits): boolean {
  return permissions !== undefined || repositories !== undefined;
}

/**
 * Throws unless the caller may look this key up. It reads nothing: a caller does not learn which of the other
 * organizations have an installation.
 *
 * @throws {ServiceError} `not_allowed`
 */
export function requireAllowedKey(limits: CallerLimits, lookup: LimitedLookup): void {
  const { key, requiredPermissions = [] } = lookup;
  if ("platform" in key) requireAllowedPlatform(limits, key.platform);
  if ("organizationId" in key) requireAllowedOrganization(limits, key.organizationId);
  if (!limits.permissions) return;
  const [lacking] = Object.entries(findMissingPermissions(limits.permissions, requiredPermissions));
  if (lacking) throw notAllowed("permissions", "The caller may not have the required permissions.");
}

/**
 * Throws unless the caller may have a token of this installation, and returns the narrowing of the token.
 *
 * @throws {ServiceError} `not_allowed`, `missing_scope`, `installation_not_found`, `platform_not_configured`
 */
export async function limitToken(
  deps: LimitDeps,
  limits: CallerLimits,
  token: StoredToken,
  requested: Narrowing | undefined,
): Promise<Narrowing | undefined> {
  requireAllowedPlatform(limits, token.platform);
  requireAllowedOrganization(limits, token.organizationId);
  if (limits.metadata) {
    const metadata = await deps.findMetadata(token.installationId);
    if (!metadata) throw notFound();
    const isMatching = Object.entries(limits.metadata).every(
      ([key, value]) => metadata[key] === value,
    );
    if (!isMatching) throw notAllowed("metadata", "The caller may not have this installation.");
  }
  if (!narrows(limits)) return requested;
  if (!getProviderOfKind(deps.providers, token).narrow) {
    const message =
      "The caller is limited to permissions or repositories, to which only a token of a GitHub App can be narrowed.";
    throw notAllowed("kind", message);
  }
  const permissions = limitedPermissions(limits.permissions, requested?.permissions, token);
  const repositories = limitedRepositories(limits.repositories, requested?.repositories);
  return { ...(permissions && { permissions }), ...(repositories && { repositories }) };
}

/** Returns an error for what a caller may not have. `limit` is logged. */
export function notAllowed(limit: string, message: string): ServiceError {
  return new ServiceError("not_allowed", message, { reason: limit });
}

function requireAllowedPlatform({ platforms }: CallerLimits, platform: Platform): void {
  if (platforms.includes(platform)) return;
  throw notAllowed("platforms", "The caller may not have tokens of this platform.");
}

function requireAllowedOrganization({ organizations }: CallerLimits, organization: string): void {
  if (!organizations || organizations.includes(organization)) return;
  throw notAllowed("organizations", "The caller may not have tokens of this organization.");
}

/**
 * Returns the permissions that are requested and allowed. Without a request, those that are allowed and granted: at
 * GitHub, a permission that was not granted fails the whole request.
 */
function limitedPermissions(
  allowed: Permissions | undefined,
  requested: Permissions | undefined,
  { permissions: granted }: StoredToken,
): Permissions | undefined {
  if (!allowed) return requested;
  if (requested) {
    const limited = limitPermissions(requested, allowed);
    if (Object.keys(limited).length > 0) return limited;
    throw notAllowed("permissions", "The caller may not have any of the requested permissions.");
  }
  if (Object.keys(granted).length === 0) return allowed;
  const limited = limitPermissions(allowed, granted);
  if (Object.keys(limited).length > 0) return limited;
  const message = "The installation has none of the permissions that the caller may have.";
  throw new ServiceError("missing_scope", message);
}

/** Returns the repositories that are requested and allowed. GitHub ignores the case of names. */
function limitedRepositories(
  allowed: readonly string[] | undefined,
  requested: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!allowed || !requested) return allowed ?? requested;
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  const limited = requested.filter((name) => names.has(name.toLowerCase()));
  if (limited.length > 0) return limited;
  throw notAllowed("repositories", "The caller may not have any of the requested repositories.");
}
