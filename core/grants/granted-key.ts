import { createHash } from "node:crypto";
import type { Installation } from "../installation.ts";
import { hasPermissions } from "../platforms.ts";
import { OFFLINE_ACCESS } from "./granted-scopes.ts";
import type { Permissions } from "./permissions.ts";

/** The grant of a platform to an app: permissions for a GitHub App, scopes for any other kind. */
export type Granted = Pick<Installation, "platform" | "kind" | "clientId" | "scopes"> & {
  readonly permissions?: Permissions | undefined;
};

/**
 * Returns a hash that the grants of the same app with the same scopes or permissions share; `null` if these are
 * not known. `offline_access` does not count: not every response lists it.
 */
export function grantedKey(granted: Granted): string | null {
  const { platform, kind, clientId, scopes, permissions = {} } = granted;
  const grant = hasPermissions(kind)
    ? Object.entries(permissions).map(([name, access]) => `${name}:${access}`)
    : scopes.filter((scope) => scope !== OFFLINE_ACCESS);
  if (grant.length === 0) return null;
  const text = JSON.stringify([platform, kind, clientId, [...new Set(grant)].toSorted()]);
  return createHash("sha256").update(text).digest("base64url");
}

/** Returns whether a grant has other scopes or permissions than before, as far as both are known. */
export function isGrantChanged(before: string | null, after: string | null): boolean {
  return before !== null && after !== null && before !== after;
}
