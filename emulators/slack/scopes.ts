import type { Permission } from "../decision-page.ts";

/**
 * The scopes of bots and of users that exist.
 *
 * @see [Scopes](https://docs.slack.dev/reference/scopes)
 */
const SCOPES = new Set(
  `admin admin.analytics:read admin.app_activities:read admin.apps:read admin.apps:write
  admin.barriers:read admin.barriers:write admin.chat:read admin.chat:write
  admin.conversations:manage_objects admin.conversations:read admin.conversations:write
  admin.invites:read admin.invites:write admin.roles:read admin.roles:write admin.teams:read
  admin.teams:write admin.usergroups:read admin.usergroups:write admin.users:read admin.users:write
  admin.workflows:read admin.workflows:write app_configurations:read app_configurations:write
  app_mentions:read apps.requests:write assistant:write auditlogs:read bookmarks:read bookmarks:write
  calls:read calls:write canvases:read canvases:write channels:history channels:join channels:manage
  channels:read channels:write channels:write.invites channels:write.topic chat:write
  chat:write.customize chat:write.public commands conversations.connect:manage
  conversations.connect:read conversations.connect:write datastore:read datastore:write dnd:read
  dnd:write email emoji:read files:read files:write groups:history groups:read groups:write
  groups:write.invites groups:write.topic hosting:read hosting:write identify identity.avatar
  identity.basic identity.email identity.team im:history im:read im:write im:write.topic
  incoming-webhook links.embed:write links:read links:write lists:read lists:write
  metadata.message:read mpim:history mpim:read mpim:write mpim:write.topic openid pins:read pins:write
  profile reactions:read reactions:write reminders:read reminders:write remote_files:read
  remote_files:share remote_files:write search:read search:read.enterprise search:read.files
  search:read.im search:read.mpim search:read.private search:read.public search:read.users stars:read
  stars:write team.billing:read team.preferences:read team:read tokens.basic triggers:read
  triggers:write usergroups:read usergroups:write users.profile:read users.profile:write users:read
  users:read.email users:write workflow.steps:execute workflows.templates:read
  workflows.templates:write`.split(/\s+/),
);

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

/** Parses a comma-separated list. */
export function parseScopes(text: string | undefined): string[] {
  return [...new Set((text ?? "").split(",").filter((scope) => scope !== ""))];
}

/** Returns the requested scopes that do not exist. */
export function findUnknown(scopes: readonly string[]): string[] {
  return scopes.filter((scope) => !SCOPES.has(scope));
}

/** Describes a scope for the person who grants it. */
export function describeScope(scope: string): Permission {
  return { name: scope, meaning: MEANINGS.get(scope) ?? "Do what this scope allows" };
}
