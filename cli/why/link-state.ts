import * as v from "valibot";
import { ApiError } from "../target/api.ts";
import { parseResponse, type Target } from "../target/target.ts";
import { toClock } from "../time.ts";
import type { Explanation } from "./explain.ts";
import { readStored } from "./present-status.ts";
import type { LinkUrl } from "./subject.ts";

/** An install link, as the HTTP API returns it. */
const LinkState = v.object({
  id: v.string(),
  platform: v.string(),
  installation_id: v.nullable(v.string()),
  status: v.string(),
  expires_at: v.string(),
  ended_at: v.nullable(v.string()),
  used_at: v.nullable(v.string()),
  used_by: v.nullable(v.string()),
});
export type LinkState = v.InferOutput<typeof LinkState>;

const Page = v.object({ items: v.tuple([LinkState]) });

/** Returns an install link; `undefined` if it was deleted. */
export function findLink(target: Target, id: string): Promise<LinkState | undefined> {
  return readStored(target, `/install-links/${id}`, LinkState);
}

/**
 * Returns the install link of a URL.
 *
 * @throws {Error} that does not quote the URL, if the stage did not create it, or has deleted the link
 */
export async function findLinkOfUrl(
  { get }: Target,
  { sealed }: LinkUrl,
  stage: string,
): Promise<LinkState> {
  try {
    const page = await get("/install-links", { link: sealed });
    return parseResponse(Page, page, "GET /install-links").items[0];
  } catch (error) {
    const code = error instanceof ApiError ? error.code : undefined;
    if (code === "invalid_state") throw new Error(NOT_FROM_HERE);
    if (error instanceof ApiError && code === "install_link_not_found") {
      throw new Error(`${error.message}. Create a new link: npx grantkeep link create${stage}`);
    }
    throw error;
  }
}

const NOT_FROM_HERE =
  "The URL is incomplete or was changed, or another stage created the link. " +
  "Copy the whole URL, and name the stage with --stage: without it, the link is one of local mode.";

/** Returns what is stored about an install link now, in one sentence. */
export function describeLink(link: LinkState | undefined, id: string): string {
  if (!link)
    return `There is no install link ${id}. Links are deleted a week after they were created.`;
  const { used_at: usedAt, used_by: usedBy, ended_at: endedAt } = link;
  if (usedAt !== null) {
    return `The link was used at ${clockOf(usedAt)}, by ${usedBy ?? "an installation that was deleted"}.`;
  }
  if (endedAt !== null) return `An operator ended the link at ${clockOf(endedAt)}.`;
  const expires = clockOf(link.expires_at);
  return link.status === "open"
    ? `The link is open, and expires at ${expires}.`
    : `The link expired at ${expires}.`;
}

/** Returns why a link can or cannot be used, and what to do. */
export function explainLink(link: LinkState, stage: string): Pick<Explanation, "why" | "next"> {
  const { status, platform, installation_id: installation } = link;
  const option =
    installation === null ? `--platform ${platform}` : `--installation ${installation}`;
  const create = `npx grantkeep link create ${option}${stage}`;
  if (status === "open") {
    return {
      why: "Nothing failed: the install link can be used.",
      next: "The customer opens the link and installs the bot before it expires.",
    };
  }
  if (status === "used") {
    return {
      why: "The install link was used: a link can be used once.",
      next: `Nothing, if the right organization was connected. Otherwise create a new link: ${create}`,
    };
  }
  return {
    why:
      status === "ended" ? "An operator ended the install link." : "The install link has expired.",
    next: `Create a new link: ${create}`,
  };
}

function clockOf(timestamp: string): string {
  return toClock(new Date(timestamp));
}
