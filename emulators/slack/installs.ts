import type { SlackContext } from "./context.ts";
import { organizationOf, type SlackOrganization } from "./organizations.ts";
import { holderOf, tokensIn } from "./tokens.ts";

/** An organization that the app is installed in, and what its bot may do there. */
export interface SlackInstall {
  readonly organization: SlackOrganization;
  readonly scopes: readonly string[];
}

/** Returns the install that covers a workspace: its own, or the org-wide one of its organization. */
export function installIn(
  slack: SlackContext,
  workspace: SlackOrganization,
): SlackInstall | undefined {
  const { enterprise } = workspace;
  const own = findInstall(slack, workspace);
  return own ?? (enterprise ? findInstall(slack, organizationOf(enterprise.id)) : undefined);
}

function findInstall(
  slack: SlackContext,
  organization: SlackOrganization,
): SlackInstall | undefined {
  const bots = tokensIn(slack, organization).filter((tokens) => holderOf(tokens).kind === "bot");
  if (bots.length === 0) return undefined;
  return { organization, scopes: [...new Set(bots.flatMap(({ scopes }) => scopes))] };
}
