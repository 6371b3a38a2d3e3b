import * as v from "valibot";
import { OrganizationId } from "../../installation.ts";
import type { DeliveryOwner } from "../../ports/webhook.ts";

const Id = v.nullish(OrganizationId, null);

/** An installation that may see an event. */
const Authorization = v.object({
  team_id: Id,
  enterprise_id: Id,
  is_enterprise_install: v.nullish(v.boolean(), false),
});

/** Where an event happened, and for which of the app's installations Slack sends it. */
export const Workspace = v.object({
  team_id: Id,
  enterprise_id: Id,
  authorizations: v.nullish(v.array(Authorization), []),
});

/**
 * Returns the organization whose installation an event is sent for: the first authorization. The team of the
 * event itself can be another one, in a channel that several organizations share.
 *
 * @see [Events API: authorizations](https://docs.slack.dev/apis/events-api/#authorizations)
 */
export function ownerOf(workspace: v.InferOutput<typeof Workspace>): DeliveryOwner | null {
  const [authorization] = workspace.authorizations;
  if (!authorization) return toOwner([workspace.team_id, workspace.enterprise_id]);
  const { team_id: teamId, enterprise_id: enterpriseId } = authorization;
  return toOwner([authorization.is_enterprise_install ? enterpriseId : teamId]);
}

/** Returns the owner for the ids of a team and of its enterprise. */
export function toOwner(ids: readonly (string | null)[]): DeliveryOwner | null {
  const organizationIds = ids.filter((id) => id !== null);
  return organizationIds.length > 0 ? { type: "organizations", organizationIds } : null;
}
