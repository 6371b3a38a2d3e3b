import type { Permission } from "../decision-page.ts";

/** Requests tokens that expire. It is not shown to the person and not listed as granted. */
const OFFLINE_ACCESS = "offline_access";

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

/** Parses the `scope` of an authorization request, separated by spaces or commas. */
export function parseScopes(text: string | undefined): { scopes: string[]; isOffline: boolean } {
  const requested = new Set((text ?? "").split(/[\s,]+/).filter((scope) => scope !== ""));
  const isOffline = requested.delete(OFFLINE_ACCESS);
  return { scopes: normalizeScopes([...requested]), isOffline };
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
