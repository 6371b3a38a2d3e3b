import type { Permission } from "../decision-page.ts";

/** The classic scopes that exist, and those of the Atlassian account. */
const CLASSIC = new Set(
  `offline_access read:me read:account report:personal-data read:jira-work write:jira-work
  read:jira-user manage:jira-project manage:jira-configuration manage:jira-webhook
  manage:jira-data-provider read:servicedesk-request write:servicedesk-request
  manage:servicedesk-customer read:servicemanagement-insight-objects search:confluence
  read:confluence-content.all read:confluence-content.permission read:confluence-content.summary
  read:confluence-groups read:confluence-props read:confluence-space.summary read:confluence-user
  readonly:content.attachment:confluence write:confluence-content write:confluence-file
  write:confluence-groups write:confluence-props write:confluence-space
  manage:confluence-configuration`.split(/\s+/),
);

/** A granular scope. There are hundreds, so the name of the resource is not checked. */
const GRANULAR =
  /^(?:delete|manage|read|search|send|validate|write):[a-z]+(?:[.-][a-z]+)*:(?:compass|confluence|jira|jira-service-management|jira-software)$/;

/** @see [Scopes](https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/) */
const MEANINGS = new Map([
  ["read:jira-work", "Read projects and issues"],
  ["write:jira-work", "Create and edit issues, post comments"],
  ["read:jira-user", "Read people in Jira"],
  ["manage:jira-webhook", "Manage webhooks"],
  ["manage:jira-project", "Manage projects"],
  ["read:me", "Read your profile"],
  ["offline_access", "Keep access while you are offline"],
]);

/** Returns the requested scopes that do not exist, which no app can have been given. */
export function findUnknown(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !CLASSIC.has(scope) && !GRANULAR.test(scope));
}

/** Describes a scope for the person who grants it. */
export function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
