import * as v from "valibot";
import { ServiceError } from "../errors.ts";
import { type InstallLink, InstallLinkId, type InstallLinks } from "../ports/install-links.ts";
import { openCursor, sealCursor } from "../sealing/cursor.ts";
import type { FlowDeps } from "./flow.ts";
import { unsealLink } from "./sealed-link.ts";

/** Names the list in its cursors. */
const LIST = ["install-links"];

export interface LinksDeps {
  readonly links: InstallLinks;
}

export type LinkListDeps = LinksDeps & FlowDeps;

/** The status of an install link. */
type LinkStatus = "open" | "used" | "ended" | "expired";

/**
 * Returns one install link.
 *
 * @throws {ServiceError} `install_link_not_found`, `retry_later`
 */
export async function getLink({ links }: LinksDeps, id: string): Promise<InstallLink> {
  const link = await links.find(id);
  if (link) return link;
  throw new ServiceError("install_link_not_found", "There is no such install link.");
}

/**
 * Returns the install link of a URL, also one that cannot be used any more.
 *
 * @throws {ServiceError} `invalid_state` if this stage did not create the URL; `install_link_not_found` if the link
 * was deleted; `retry_later`
 */
export async function findLinkOfUrl(deps: LinkListDeps, sealed: string): Promise<InstallLink> {
  const { id, expiresAt } = await unsealLink(deps, sealed);
  const link = await deps.links.find(id);
  if (link) return link;
  const expired = new Date(expiresAt * 1000).toISOString();
  throw new ServiceError(
    "install_link_not_found",
    `The install link ${id} expired at ${expired}, and was deleted.`,
  );
}

/**
 * Ends an install link, and returns it. A link that was used or ended before is not changed.
 *
 * @throws {ServiceError} `install_link_not_found`, `retry_later`
 */
export async function endLink({ links }: LinksDeps, id: string): Promise<InstallLink> {
  await links.end(id);
  return getLink({ links }, id);
}

/**
 * Returns one page of install links, newest first, and the cursor of the next page.
 *
 * @throws {ServiceError} `invalid_request`, `retry_later`
 */
export async function listLinks(
  { links, stateSealer }: LinkListDeps,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ items: readonly InstallLink[]; nextCursor: string | null }> {
  const before = cursor === undefined ? undefined : await decodeCursor(stateSealer, cursor);
  const { items, hasMore } = await links.list({ limit, before });
  const last = items.at(-1);
  const nextCursor = hasMore && last ? await sealCursor(stateSealer, LIST, last.id) : null;
  return { items, nextCursor };
}

/** Returns the status of a link. */
export function statusOf({ endedAt, usedAt, expiresAt }: InstallLink, now: Date): LinkStatus {
  if (usedAt) return "used";
  if (endedAt) return "ended";
  return expiresAt < now ? "expired" : "open";
}

async function decodeCursor(sealer: FlowDeps["stateSealer"], cursor: string): Promise<string> {
  return v.parse(InstallLinkId, await openCursor(sealer, LIST, cursor));
}
