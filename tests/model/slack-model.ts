import { createSlack } from "../../core/providers/slack/provider.ts";
import type { IssuedPair } from "./issued-tokens.ts";
import {
  endAll,
  isKnowable,
  isLive,
  NO_SECRET,
  type PlatformContext,
  type PlatformModel,
  type RefreshCall,
  rejected,
  rejectedToken,
} from "./platform.ts";

const LIFETIME_SECONDS = 12 * 3_600;
const MAX_LIVE_TOKENS = 2;

const provider = createSlack({
  clientId: "client-1",
  clientSecret: NO_SECRET,
  scopes: [],
  url: "https://slack.com",
});

/**
 * Slack with token rotation: two live tokens, of which a third one ends the older. A used refresh token can be
 * used again for `graceSeconds`.
 *
 * @see [Using token rotation](https://docs.slack.dev/authentication/using-token-rotation)
 */
export function createSlackModel({ graceSeconds }: { graceSeconds: number }) {
  return (context: PlatformContext) => toModel(context, graceSeconds);
}

function toModel({ tokens, now }: PlatformContext, graceSeconds: number): PlatformModel {
  function issue(organizationId: string, refreshed?: { parent: IssuedPair; call: RefreshCall }) {
    const live = tokens.of(organizationId).filter((pair) => isLive(pair, now()));
    const issued = tokens.issue({
      organizationId,
      hasRefreshToken: true,
      expiresAt: now() + LIFETIME_SECONDS * 1000,
      ...(refreshed && { parent: refreshed.parent, askedFor: refreshed.call.askedFor }),
    });
    const surplus = Math.max(0, live.length + 1 - MAX_LIVE_TOKENS);
    for (const [index, pair] of live.slice(0, surplus).entries()) {
      const newer = [...live.slice(index + 1), issued];
      // Attempts that were made with another stored token are not counted in the row of this one.
      const isCounted = newer.every(({ askedFor }) => askedFor === pair.accessToken);
      if (!refreshed) tokens.end(pair, "install");
      else tokens.end(pair, "refresh", isCounted && isKnowable(pair, refreshed.call));
    }
    return issued;
  }

  return {
    provider,
    lifetimeSeconds: LIFETIME_SECONDS,
    rules: {
      install: (organizationId) => issue(organizationId),

      refresh({ refreshToken }, call) {
        const pair = tokens.findByRefreshToken(refreshToken);
        const isUsed = pair?.usedAt !== undefined && pair.usedAt + graceSeconds * 1000 <= now();
        if (!pair || pair.ended || isUsed) throw rejected();
        pair.usedAt ??= now();
        return issue(pair.organizationId, { parent: pair, call });
      },

      check({ accessToken }) {
        const pair = tokens.findByAccessToken(accessToken);
        if (!pair) throw rejectedToken();
        if (pair.ended) return { status: "uninstalled", evidence: "token" };
        const { organizationId } = pair;
        const isTokenExpired = !isLive(pair, now());
        if (!isTokenExpired) pair.confirmedAt = now();
        return { status: "active", organizationName: undefined, organizationId, isTokenExpired };
      },

      revoke({ organizationId, accessToken }) {
        const pair = tokens.findByAccessToken(accessToken);
        if (!pair || (!pair.ended && !isLive(pair, now()))) throw rejectedToken();
        if (!pair.ended) endAll(tokens, organizationId, "operator");
      },

      endAll: (organizationId, cause) => endAll(tokens, organizationId, cause),
    },
  };
}
