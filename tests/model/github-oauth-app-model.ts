import { createGithubOAuthApp } from "../../core/providers/github/oauth-app.ts";
import {
  checkByToken,
  endAll,
  isKnowable,
  isLive,
  NO_SECRET,
  type PlatformContext,
  type PlatformModel,
  rejected,
  rejectedToken,
} from "./platform.ts";

const LIFETIME_SECONDS = 8 * 3_600;

const provider = createGithubOAuthApp({
  clientId: "client-1",
  clientSecret: NO_SECRET,
  scopes: [],
  urls: { web: "https://github.com", api: "https://api.github.com" },
});

/**
 * A GitHub OAuth App: a refresh ends the old pair at once.
 *
 * @see [Refreshing tokens](https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens)
 */
export function createOAuthAppModel({ tokens, now }: PlatformContext): PlatformModel {
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

      refresh({ refreshToken }, call) {
        const pair = tokens.findByRefreshToken(refreshToken);
        if (!pair || pair.ended) throw rejected();
        const { askedFor } = call;
        pair.usedAt ??= now();
        tokens.end(pair, "refresh", isKnowable(pair, call));
        return tokens.issue({ ...toNewPair(pair.organizationId), parent: pair, askedFor });
      },

      check: ({ accessToken }) => checkByToken(tokens, accessToken, now()),

      revoke({ accessToken, refreshToken }) {
        const pair = tokens.findByAccessToken(accessToken);
        if (pair && isLive(pair, now())) tokens.end(pair, "operator");
        else if (refreshToken !== null) throw rejectedToken();
      },

      endAll: (organizationId, cause) => endAll(tokens, organizationId, cause),
    },
  };
}
