import * as v from "valibot";

const Organization = v.object({ id: v.string(), name: v.nullish(v.string()) });

/** @see [Installation](https://docs.slack.dev/tools/node-slack-sdk/reference/oauth/interfaces/Installation) */
const BoltInstallation = v.object({
  team: v.nullish(Organization),
  enterprise: v.nullish(Organization),
  isEnterpriseInstall: v.nullish(v.boolean(), false),
  user: v.object({ id: v.string() }),
  bot: v.object({
    token: v.string(),
    refreshToken: v.nullish(v.string()),
    /** Seconds since 1970. */
    expiresAt: v.nullish(v.number()),
    scopes: v.array(v.string()),
  }),
  metadata: v.nullish(v.string()),
});

/**
 * Converts what an `InstallationStore` of Bolt stores for a team or an enterprise to a line of an import. Leaves
 * out the installer's own token and the incoming webhook: Grantkeep stores the bot's grant only.
 *
 * @throws {Error} with a message that does not quote the input
 */
export function fromBolt(input: unknown): object {
  const parsed = v.safeParse(BoltInstallation, input);
  if (!parsed.success) throw new Error("This is not a Bolt installation with a bot token.");

  const { team, enterprise, isEnterpriseInstall, user, bot, metadata } = parsed.output;
  const organization = isEnterpriseInstall ? enterprise : team;
  if (!organization) throw new Error("The team or the enterprise is missing.");
  const { expiresAt, refreshToken } = bot;
  return {
    platform: "slack",
    organization_id: organization.id,
    organization_name: organization.name || organization.id,
    access_token: bot.token,
    refresh_token: refreshToken ?? null,
    token_expires_at: expiresAt == null ? null : new Date(expiresAt * 1000),
    scopes: bot.scopes,
    installed_by: user.id,
    installed_by_id: user.id,
    metadata: metadata ? { bolt_metadata: metadata } : {},
  };
}
