import type { Permission } from "../decision-page.ts";

/** Requests tokens that expire. It is not shown to the person and not listed as granted. */
const OFFLINE_ACCESS = "offline_access";

/** The scopes that exist. Those of GitHub Enterprise Server alone are left out. */
const SCOPES = new Set(
  `repo repo:status repo_deployment public_repo repo:invite security_events delete_repo workflow
  admin:repo_hook write:repo_hook read:repo_hook admin:org write:org read:org admin:org_hook
  manage_runners:org admin:public_key write:public_key read:public_key admin:gpg_key write:gpg_key
  read:gpg_key admin:ssh_signing_key write:ssh_signing_key read:ssh_signing_key gist notifications user
  read:user user:email user:follow project read:project write:discussion read:discussion write:packages
  read:packages delete:packages codespace codespace:secrets copilot manage_billing:copilot audit_log
  read:audit_log admin:enterprise manage_runners:enterprise manage_billing:enterprise read:enterprise
  scim:enterprise write:network_configurations read:network_configurations`.split(/\s+/),
);

/** @see [Available scopes](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#available-scopes) */
const MEANINGS = new Map([
  ["repo", "Read and write all repositories, private ones too"],
  ["public_repo", "Read and write public repositories"],
  ["repo:status", "Read and write commit statuses"],
  ["workflow", "Change GitHub Actions workflows"],
  ["admin:repo_hook", "Manage the webhooks of repositories"],
  ["admin:org", "Manage organizations, teams and members"],
  ["write:org", "Change membership of organizations"],
  ["read:org", "Read organizations, teams and members"],
  ["user", "Read and write the whole profile"],
  ["read:user", "Read the whole profile"],
  ["user:email", "Read e-mail addresses"],
  ["gist", "Write gists"],
  ["notifications", "Read notifications"],
]);

const INCLUDED = new Map([
  ["repo", ["public_repo", "repo:status", "repo_deployment", "repo:invite", "security_events"]],
  ["admin:repo_hook", ["write:repo_hook", "read:repo_hook"]],
  ["admin:org", ["write:org", "read:org"]],
  ["write:org", ["read:org"]],
  ["user", ["read:user", "user:email", "user:follow"]],
]);

/**
 * Parses the `scope` of an authorization request, separated by spaces or commas. GitHub ignores scopes that do
 * not exist, without an error.
 */
export function parseScopes(text: string | undefined): { scopes: string[]; isOffline: boolean } {
  const requested = new Set((text ?? "").split(/[\s,]+/));
  const isOffline = requested.delete(OFFLINE_ACCESS);
  const known = [...requested].filter((scope) => SCOPES.has(scope));
  return { scopes: normalizeScopes(known), isOffline };
}

/**
 * Removes scopes that another one includes, so a token can have fewer scopes than were requested.
 *
 * @see [Normalized scopes](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#normalized-scopes)
 */
export function normalizeScopes(scopes: readonly string[]): string[] {
  const included = new Set(scopes.flatMap((scope) => INCLUDED.get(scope) ?? []));
  return [...new Set(scopes)].filter((scope) => !included.has(scope));
}

/** Returns whether scopes contain another one, by name or by inclusion. */
export function hasScope(scopes: readonly string[], wanted: string): boolean {
  return scopes.some((scope) => scope === wanted || INCLUDED.get(scope)?.includes(wanted));
}

/** Describes a scope for the person who grants it. */
export function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
