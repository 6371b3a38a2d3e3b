import type { Permission } from "../decision-page.ts";

/** `chat:write`, `commands`, `incoming-webhook`, `admin.apps:read`. */
const SCOPE = /^[a-z][a-z._-]*(?::[a-z._-]+)*$/;

/** @see [Scopes](https://docs.slack.dev/reference/scopes) */
const MEANINGS = new Map([
  ["chat:write", "Send messages as itself"],
  ["chat:write.public", "Send messages to public channels that it is not a member of"],
  ["app_mentions:read", "Read messages that mention it"],
  ["channels:read", "See public channels"],
  ["channels:history", "Read messages of public channels"],
  ["commands", "Add slash commands"],
  ["incoming-webhook", "Post to one channel"],
  ["users:read", "See people in the workspace"],
  ["users:read.email", "See e-mail addresses of people in the workspace"],
  ["search:read", "Search messages as you"],
  ["team:read", "See name and domain of the workspace"],
]);

/** Parses a comma-separated list; returns `undefined` if an entry cannot be a scope. */
export function parseScopes(text: string | undefined): string[] | undefined {
  const scopes = [...new Set((text ?? "").split(",").filter((scope) => scope !== ""))];
  return scopes.every((scope) => SCOPE.test(scope)) ? scopes : undefined;
}

/** Describes a scope for the person who grants it. */
export function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
