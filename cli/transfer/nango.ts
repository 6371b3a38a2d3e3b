import * as v from "valibot";
import { Platform } from "../../core/installation.ts";

const Text = v.nullish(v.string());
const Organization = v.nullish(v.object({ id: v.string(), name: Text }));

/** @see [Get a connection](https://nango.dev/docs/reference/backend/http-api/connections/get) */
const NangoConnection = v.object({
  connection_id: v.string(),
  provider: v.string(),
  created_at: Text,
  connection_config: v.nullish(
    v.object({
      "team.id": Text,
      cloudId: Text,
      baseUrl: Text,
      accountId: Text,
      installation_id: v.nullish(v.union([v.string(), v.number()])),
    }),
    {},
  ),
  credentials: v.object({
    access_token: Text,
    refresh_token: Text,
    expires_at: Text,
    raw: v.nullish(
      v.object({
        scope: Text,
        team: Organization,
        enterprise: Organization,
        is_enterprise_install: v.nullish(v.boolean()),
      }),
      {},
    ),
  }),
  end_user: v.nullish(v.object({ id: v.string(), email: Text })),
  /** Not a field of Nango, which does not know the id of a GitHub account: it has to be added. */
  organization_id: Text,
  organization_name: Text,
});
type NangoConnection = v.InferOutput<typeof NangoConnection>;

const GITHUB_APPS = ["github-app", "github-app-oauth"];

/** The format of a bot's token. Slack also issues tokens of users, which act as a person. */
const BOT_TOKENS: Partial<Record<Platform, RegExp>> = { slack: /^(xoxe\.)?xoxb-/ };

/**
 * Converts a connection, as the API of Nango returns it with its credentials, to a line of an import.
 *
 * @throws {Error} with a message that does not quote the input
 */
export function fromNango(input: unknown): object {
  const parsed = v.safeParse(NangoConnection, input);
  if (!parsed.success) throw new Error("This is not a Nango connection with its credentials.");

  const connection = parsed.output;
  const { credentials, end_user: endUser, connection_id: id } = connection;
  const { id: organizationId, name } = organizationOf(connection);
  if (!organizationId)
    throw new Error("The organization is missing. Add organization_id to the connection.");
  return {
    ...grantOf(connection),
    organization_id: organizationId,
    organization_name: name || organizationId,
    scopes: (credentials.raw?.scope ?? "").split(/[\s,]+/).filter((scope) => scope !== ""),
    installed_by: endUser?.email || endUser?.id || id,
    ...(connection.created_at && { installed_at: connection.created_at }),
    metadata: { nango_connection_id: id, ...(endUser && { nango_end_user_id: endUser.id }) },
  };
}

function grantOf({ provider, connection_config: config, credentials }: NangoConnection): object {
  if (GITHUB_APPS.includes(provider) && config?.installation_id) {
    // Grantkeep mints installation tokens itself.
    return { platform: "github", provider_installation_id: String(config.installation_id) };
  }
  const platform = v.safeParse(Platform, provider);
  if (!platform.success) {
    throw new Error("Grantkeep does not support the provider of this connection.");
  }
  const { access_token, refresh_token, expires_at } = credentials;
  const botToken = BOT_TOKENS[platform.output];
  if (botToken && !botToken.test(access_token ?? "")) {
    throw new Error("The access token is not a bot token.");
  }
  return {
    platform: platform.output,
    access_token,
    refresh_token: refresh_token ?? null,
    token_expires_at: expires_at ?? null,
    ...(config?.accountId && { installed_by_id: config.accountId }),
  };
}

/** Returns the Slack team or enterprise, or the Atlassian site, of a connection. */
function organizationOf(connection: NangoConnection): { id: string | undefined; name: string } {
  const { connection_config: config, credentials } = connection;
  const { team, enterprise, is_enterprise_install: isOrgWide } = credentials.raw ?? {};
  const workspace = isOrgWide ? enterprise : team;
  const site = config?.cloudId && URL.parse(config.baseUrl ?? "")?.hostname.split(".")[0];
  const id = workspace?.id ?? config?.["team.id"] ?? config?.cloudId;
  return {
    id: connection.organization_id ?? id ?? undefined,
    name: connection.organization_name ?? workspace?.name ?? site ?? "",
  };
}
