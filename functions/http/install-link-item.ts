import { statusOf } from "../../core/install/links.ts";
import type { InstallLink } from "../../core/ports/install-links.ts";
import type { InstallLinkItem } from "./responses.ts";

/** Returns an install link as the HTTP API represents it, without its URL. */
export function toLinkItem(link: InstallLink, now: Date): InstallLinkItem {
  return {
    id: link.id,
    platform: link.platform,
    redirect_uri: link.redirectUri,
    metadata: link.metadata,
    installation_id: link.installationId,
    on_conflict: link.replaces ? "replace" : "refuse",
    status: statusOf(link, now),
    created_at: link.createdAt.toISOString(),
    expires_at: link.expiresAt.toISOString(),
    ended_at: link.endedAt?.toISOString() ?? null,
    used_at: link.usedAt?.toISOString() ?? null,
    used_by: link.usedBy,
  };
}
