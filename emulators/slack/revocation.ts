import type { IssuedTokens } from "../token-store.ts";
import type { SlackContext } from "./context.ts";
import type { SlackOrganization } from "./organizations.ts";
import { holderOf, revokeAccessToken, revokePair, tokensIn } from "./tokens.ts";

/**
 * Removes the app from an organization: revokes its tokens and sends two events, whose order Slack does
 * not guarantee. Returns how many tokens there were.
 *
 * @see [app_uninstalled](https://docs.slack.dev/reference/events/app_uninstalled)
 */
export function uninstallApp(slack: SlackContext, organization: SlackOrganization): number {
  const ended = tokensIn(slack, organization);
  if (ended.length === 0) return 0;

  for (const tokens of ended) revoke(slack, tokens);
  slack.events.emit(organization, { type: "app_uninstalled" });
  notifyRevoked(slack, organization, ended);
  return ended.length;
}

/**
 * Revokes one token. With rotation its refresh token stays valid. Without, the bot is removed, and with
 * the last token the app is uninstalled.
 *
 * @see [auth.revoke](https://docs.slack.dev/reference/methods/auth.revoke)
 */
export function revokeToken(slack: SlackContext, tokens: IssuedTokens): void {
  const { organization } = holderOf(tokens);
  if (slack.registration.rotation) revokeAccessToken(slack, tokens);
  else revoke(slack, tokens);

  notifyRevoked(slack, organization, [tokens]);
  const isUninstalled = tokensIn(slack, organization).length === 0;
  if (isUninstalled) slack.events.emit(organization, { type: "app_uninstalled" });
}

/** The token of a bot gets another error than that of a person, whose account stays active. */
function revoke(slack: SlackContext, tokens: IssuedTokens): void {
  const isBot = holderOf(tokens).kind === "bot";
  revokePair(slack, tokens, isBot ? "account_inactive" : "token_revoked");
}

/** The event names users, not tokens, and leaves out empty lists. */
function notifyRevoked(
  slack: SlackContext,
  organization: SlackOrganization,
  ended: readonly IssuedTokens[],
): void {
  const holders = ended.map(holderOf);
  const bot = new Set(holders.filter(({ kind }) => kind === "bot").map(({ userId }) => userId));
  const oauth = new Set(holders.filter(({ kind }) => kind === "user").map(({ userId }) => userId));
  slack.events.emit(organization, {
    type: "tokens_revoked",
    tokens: {
      ...(oauth.size > 0 && { oauth: [...oauth] }),
      ...(bot.size > 0 && { bot: [...bot] }),
    },
  });
}
