import type { Granted } from "../grants/granted-key.ts";
import { findUngranted } from "../grants/granted-scopes.ts";
import { findUngrantedPermissions, type Permissions } from "../grants/permissions.ts";
import { hasPermissions } from "../platforms.ts";
import type { Configuration } from "./configuration.ts";

type PlatformSettings = Pick<Configuration, "platforms">;

/** The scopes and permissions that a grant lacks. */
interface Missing {
  readonly scopes: readonly string[];
  readonly permissions: Permissions;
}

const NOTHING: Missing = { scopes: [], permissions: {} };

/**
 * Returns what an install by the configuration would be granted and a grant lacks; nothing if the grant is not
 * known, and for an app that is not configured any more.
 */
export function findMissing({ platforms }: PlatformSettings, granted: Granted): Missing {
  const { platform, kind, clientId, scopes, permissions = {} } = granted;
  const settings = platforms[platform];
  if (settings.clientId !== clientId) return NOTHING;
  if (!hasPermissions(kind)) return { ...NOTHING, scopes: findUngranted(scopes, settings.scopes) };
  const wanted = "permissions" in settings ? settings.permissions : [];
  return { ...NOTHING, permissions: findUngrantedPermissions(permissions, wanted) };
}

/** Returns whether a grant lacks a scope or a permission. */
export function isMissing(settings: PlatformSettings, granted: Granted): boolean {
  const { scopes, permissions } = findMissing(settings, granted);
  return scopes.length > 0 || Object.keys(permissions).length > 0;
}
