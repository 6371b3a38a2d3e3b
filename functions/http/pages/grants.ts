import type { Permission } from "../../../core/grants/permissions.ts";
import type { Limit } from "../../../core/providers/access.ts";

/** The scopes of the platforms that have a text. Others are shown by their name. */
type ScopeName =
  | "repo"
  | "public_repo"
  | "repo:status"
  | "delete_repo"
  | "workflow"
  | "admin:repo_hook"
  | "read:org"
  | "write:org"
  | "admin:org"
  | "read:user"
  | "user:email"
  | "user"
  | "gist"
  | "notifications"
  | "read:project"
  | "project"
  | "app_mentions:read"
  | "channels:history"
  | "channels:join"
  | "channels:manage"
  | "channels:read"
  | "chat:write"
  | "chat:write.public"
  | "commands"
  | "files:read"
  | "files:write"
  | "groups:history"
  | "groups:read"
  | "im:history"
  | "im:write"
  | "mpim:history"
  | "reactions:read"
  | "reactions:write"
  | "team:read"
  | "users:read"
  | "users:read.email"
  | "read:me"
  | "read:jira-user"
  | "read:jira-work"
  | "write:jira-work"
  | "manage:jira-configuration"
  | "manage:jira-project"
  | "manage:jira-webhook"
  | "offline_access";

/** The permissions of a GitHub App that have a text. Others are shown by their name. */
type PermissionName =
  | "actions"
  | "administration"
  | "checks"
  | "contents"
  | "deployments"
  | "discussions"
  | "emails"
  | "environments"
  | "issues"
  | "members"
  | "metadata"
  | "organization_administration"
  | "packages"
  | "pages"
  | "pull_requests"
  | "repository_hooks"
  | "repository_projects"
  | "secrets"
  | "security_events"
  | "statuses"
  | "workflows";

/** The texts about what a bot can and cannot do, in one language. */
export interface GrantWords {
  readonly access: Readonly<Record<Permission["access"], (what: string) => string>>;
  readonly permissions: Readonly<Record<PermissionName, string>>;
  readonly scopes: Readonly<Record<ScopeName, string>>;
  /** A scope or permission without a text. */
  readonly named: (name: string) => string;
  readonly actsAsInstaller: string;
  readonly serviceAccount: string;
  readonly limits: Readonly<Record<Limit, string>>;
}

/** Returns the text about a permission of a GitHub App. */
export function describePermission(words: GrantWords, { name, access }: Permission): string {
  const { permissions } = words;
  return words.access[access](isKey(name, permissions) ? permissions[name] : words.named(name));
}

/** Returns the text about a scope. */
export function describeScope({ scopes, named }: GrantWords, scope: string): string {
  return isKey(scope, scopes) ? scopes[scope] : named(scope);
}

function isKey<Texts extends object>(key: PropertyKey, texts: Texts): key is keyof Texts {
  return Object.hasOwn(texts, key);
}
