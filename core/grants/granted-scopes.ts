/**
 * The scopes that include others on GitHub, which then lists only the first.
 *
 * @see [Normalized scopes](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#normalized-scopes)
 */
const INCLUDED: Readonly<Record<string, readonly string[]>> = {
  repo: ["repo:status", "repo_deployment", "public_repo", "repo:invite", "security_events"],
  "admin:repo_hook": ["write:repo_hook", "read:repo_hook"],
  "write:repo_hook": ["read:repo_hook"],
  "admin:org": ["write:org", "read:org", "manage_runners:org"],
  "write:org": ["read:org"],
  "admin:public_key": ["write:public_key", "read:public_key"],
  "write:public_key": ["read:public_key"],
  "admin:gpg_key": ["write:gpg_key", "read:gpg_key"],
  "write:gpg_key": ["read:gpg_key"],
  user: ["read:user", "user:email", "user:follow"],
  project: ["read:project"],
  "write:discussion": ["read:discussion"],
  "write:packages": ["read:packages"],
};

/** Requests a refresh token on GitHub and Jira. GitHub does not list it as granted. */
export const OFFLINE_ACCESS = "offline_access";

/** Returns the scopes that an install requests and that were not granted; none if the granted ones are not known. */
export function findUngranted(
  granted: readonly string[],
  requested: readonly string[],
): readonly string[] {
  return granted.length === 0 ? [] : findMissingScopes(granted, requested);
}

/** Returns the scopes that are wanted and that a grant does not include. */
export function findMissingScopes(granted: readonly string[], wanted: readonly string[]): string[] {
  return wanted.filter((scope) => scope !== OFFLINE_ACCESS && !isGranted(granted, scope));
}

function isGranted(granted: readonly string[], scope: string): boolean {
  return granted.some((one) => one === scope || includedIn(one).includes(scope));
}

function includedIn(scope: string): readonly string[] {
  return Object.hasOwn(INCLUDED, scope) ? (INCLUDED[scope] ?? []) : [];
}
