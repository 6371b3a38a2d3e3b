import { type Installation, InstallProvider } from "@slack/oauth";
import pg from "pg";
import { exampleApps } from "../../emulators/platforms.ts";
import type { Peer } from "./peer.ts";

/** Opens Slack's library, with the installation store of its guide on PostgreSQL. It does not encrypt tokens. */
export async function open(): Promise<Peer> {
  const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 });
  await pool.query(`
    create table if not exists slack_installations (
      team_id text primary key,
      installation jsonb not null
    )
  `);

  async function storeInstallation(installation: Installation): Promise<void> {
    await pool.query(
      `insert into slack_installations values ($1, $2)
        on conflict (team_id) do update set installation = excluded.installation`,
      [installation.team?.id, JSON.stringify(installation)],
    );
  }

  const { clientId, clientSecret } = exampleApps.slack;
  const installer = new InstallProvider({
    clientId,
    clientSecret,
    stateSecret: "not used by a lookup",
    clientOptions: { slackApiUrl: `${process.env.SLACK_URL}/api/` },
    installationStore: {
      storeInstallation,
      async fetchInstallation({ teamId }) {
        const { rows } = await pool.query({
          name: "fetch-installation",
          text: "select installation from slack_installations where team_id = $1",
          values: [teamId],
        });
        return rows[0]?.installation;
      },
    },
  });

  return {
    async store({ organizationId, accessToken, refreshToken, expiresAt }) {
      await storeInstallation({
        team: { id: organizationId, name: `Organization ${organizationId}` },
        enterprise: undefined,
        user: { id: "U1", token: undefined, scopes: undefined },
        bot: {
          id: "B1",
          userId: "U2",
          scopes: ["chat:write"],
          token: accessToken,
          refreshToken,
          expiresAt: Math.floor(expiresAt.getTime() / 1000),
        },
        isEnterpriseInstall: false,
        authVersion: "v2",
      });
      return organizationId;
    },

    async lookUp(teamId) {
      const { botToken } = await installer.authorize({
        teamId,
        enterpriseId: undefined,
        isEnterpriseInstall: false,
      });
      if (botToken === undefined) throw new Error("Token not found.");
      return botToken;
    },
  };
}
