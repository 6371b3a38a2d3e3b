import { createJira } from "../../core/providers/jira/provider.ts";
import {
  checkByToken,
  endAll,
  NO_SECRET,
  type PlatformContext,
  type PlatformModel,
  rejected,
} from "./platform.ts";

const LIFETIME_SECONDS = 3_600;

const provider = createJira({
  clientId: "client-1",
  clientSecret: NO_SECRET,
  scopes: [],
  urls: { auth: "https://auth.atlassian.com", api: "https://api.atlassian.com" },
});

/**
 * Jira: a used refresh token can be used again for ten minutes; after that, its use ends the whole family.
 *
 * @see [Refresh tokens](https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens/)
 */
export function createJiraModel({ tokens, now }: PlatformContext): PlatformModel {
  const toNewPair = (organizationId: string) => ({
    organizationId,
    hasRefreshToken: true,
    expiresAt: now() + LIFETIME_SECONDS * 1000,
  });

  return {
    provider,
    lifetimeSeconds: LIFETIME_SECONDS,
    rules: {
      install: (organizationId) => tokens.issue(toNewPair(organizationId)),

      refresh({ refreshToken }, { askedFor }) {
        const pair = tokens.findByRefreshToken(refreshToken);
        if (!pair || pair.ended) throw rejected();
        const { organizationId, family } = pair;
        if (
          pair.usedAt !== undefined &&
          pair.usedAt + provider.reuseLeewaySeconds * 1000 <= now()
        ) {
          const members = tokens.of(organizationId).filter((one) => one.family === family);
          for (const one of members) tokens.end(one, "reuse");
          throw rejected();
        }
        pair.usedAt ??= now();
        return tokens.issue({ ...toNewPair(organizationId), parent: pair, askedFor });
      },

      check: ({ accessToken }) => checkByToken(tokens, accessToken, now()),

      revoke() {},

      endAll: (organizationId, cause) => endAll(tokens, organizationId, cause),
    },
  };
}
