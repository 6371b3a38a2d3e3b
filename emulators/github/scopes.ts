import type { Permission } from "../decision-page.ts";

/** Asks for tokens that expire; it prompts for nothing, and is not among the granted scopes. */
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

/** Reads the `scope` of an authorization request; GitHub takes spaces, and commas as well. */
export function parseScopes(text: string | null): { scopes: string[]; isOffline: boolean } {
  const asked = new Set((text ?? "").split(/[\s,]+/).filter((scope) => scope !== ""));
  const isOffline = asked.delete(OFFLINE_ACCESS);
  return { scopes: normalizeScopes([...asked]), isOffline };
}

/**
 * Leaves out scopes that another one includes, so that a token can have fewer than were asked for.
 *
 * @see [Normalized scopes](https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps#normalized-scopes)
 */
export function normalizeScopes(scopes: readonly string[]): string[] {
  const included = new Set(scopes.flatMap((scope) => INCLUDED.get(scope) ?? []));
  return [...new Set(scopes)].filter((scope) => !included.has(scope));
}

/** Whether scopes contain another one, by name or by inclusion. */
export function hasScope(scopes: readonly string[], wanted: string): boolean {
  return scopes.some((scope) => scope === wanted || INCLUDED.get(scope)?.includes(wanted));
}

/** What a scope lets an app do, for the person who is asked. */
export function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
