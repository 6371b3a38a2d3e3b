import type { IssuedTokens } from "../token-store.ts";
import type { SlackContext } from "./context.ts";
import type { SlackOrganization } from "./organizations.ts";
import { endAccessToken, endToken, holderOf, tokensIn } from "./tokens.ts";

/**
 * Removes the app from an organization: its tokens end, and it is told so in two events, whose order
 * is not promised. Counts the tokens.
 *
 * @see [app_uninstalled](https://docs.slack.dev/reference/events/app_uninstalled)
 */
export function uninstall(slack: SlackContext, organization: SlackOrganization): number {
  const ended = tokensIn(slack, organization);
  if (ended.length === 0) return 0;

  for (const tokens of ended) end(slack, tokens);
  slack.events.emit(organization, { type: "app_uninstalled" });
  tellRevoked(slack, organization, ended);
  return ended.length;
}

/**
 * Ends one token. With rotation nothing else ends with it; without, its bot leaves, and the app with
 * the last token.
 *
 * @see [auth.revoke](https://docs.slack.dev/reference/methods/auth.revoke)
 */
export function revokeToken(slack: SlackContext, tokens: IssuedTokens): void {
  const { organization } = holderOf(tokens);
  if (slack.registration.rotation) endAccessToken(slack, tokens);
  else end(slack, tokens);

  tellRevoked(slack, organization, [tokens]);
  const isGone = tokensIn(slack, organization).length === 0;
  if (isGone) slack.events.emit(organization, { type: "app_uninstalled" });
}

/** A bot that is gone is an inactive account; a person stays, and has had a token revoked. */
function end(slack: SlackContext, tokens: IssuedTokens): void {
  const isBot = holderOf(tokens).kind === "bot";
  endToken(slack, tokens, isBot ? "account_inactive" : "token_revoked");
}

/** The event names users, never tokens, and leaves out a list that would be empty. */
function tellRevoked(
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
