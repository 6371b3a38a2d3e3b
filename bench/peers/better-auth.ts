import { betterAuth } from "better-auth";
import { symmetricEncrypt } from "better-auth/crypto";
import { getMigrations } from "better-auth/db/migration";
import { genericOAuth } from "better-auth/plugins/generic-oauth";
import pg from "pg";
import { exampleApps } from "../../emulators/platforms.ts";
import type { Peer } from "./peer.ts";

const PROVIDER = "slack-bot";

/** Opens better-auth with encrypted tokens. An organization is a user with one account at the platform. */
export async function open(): Promise<Peer> {
  const secret = process.env.TOKEN_KEY ?? "";
  const { clientId, clientSecret } = exampleApps.slack;
  const options = {
    baseURL: "http://127.0.0.1",
    secret,
    database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 1 }),
    account: { encryptOAuthTokens: true },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [
      genericOAuth({
        config: [
          {
            providerId: PROVIDER,
            clientId,
            clientSecret,
            authorizationUrl: `${process.env.SLACK_URL}/oauth/v2/authorize`,
            tokenUrl: `${process.env.SLACK_URL}/api/oauth.v2.access`,
          },
        ],
      }),
    ],
  };
  const { runMigrations } = await getMigrations(options);
  await runMigrations();
  const auth = betterAuth(options);
  const { internalAdapter } = await auth.$context;

  return {
    async store({ organizationId, accessToken, refreshToken, expiresAt }) {
      const { user, account } = await internalAdapter.createOAuthUser(
        {
          name: organizationId,
          email: `${organizationId}@example.com`,
          emailVerified: true,
        },
        {
          providerId: PROVIDER,
          accountId: organizationId,
          accessToken: await symmetricEncrypt({ key: secret, data: accessToken }),
          refreshToken: await symmetricEncrypt({ key: secret, data: refreshToken }),
          accessTokenExpiresAt: expiresAt,
          scope: "chat:write",
        },
      );
      return `${user.id} ${account.id}`;
    },

    async lookUp(key) {
      const [userId = "", accountId = ""] = key.split(" ");
      const { accessToken } = await auth.api.getAccessToken({ body: { userId, accountId } });
      return accessToken;
    },
  };
}
