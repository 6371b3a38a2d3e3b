import { DEFAULT_APP, type Installation } from "../installation.ts";
import type { UnclaimedInstallation } from "../ports/installation-repository.ts";
import type { Sealed } from "../sealing/sealer.ts";
import { nameKeyOf } from "../search-keys.ts";
import type { Sql } from "./connection.ts";
import {
  insert,
  onDuplicate,
  type SealedInstallation,
  whereKey,
} from "./installation-statements.ts";
import { updateSender } from "./origin.ts";
import { insertEvent } from "./pending-events.ts";

/** An ordinary install is finished by then: GitHub sends `installation.created` before the browser returns. */
const CLAIM_SECONDS = 900;

/** An installation that nobody has connected, to store with its secrets encrypted. */
export interface SealedUnclaimed extends UnclaimedInstallation {
  readonly id: string;
  readonly registration: Sealed;
  readonly webhookSecret: Sealed;
  readonly grantedKey: string | null;
}

/**
 * Stores an installation that nobody has connected, with its event, which is sent after some time. Returns
 * `false`, and stores only the sender, if the organization has an installation.
 */
export async function insertUnclaimed(sql: Sql, row: SealedUnclaimed): Promise<boolean> {
  const inserted = await sql`
    insert into installations (
      id, app, platform, organization_id, organization_name, kind, provider_installation_id,
      client_id, registration, webhook_secret, is_active, inactive_reason, installed_by, installed_by_id,
      requested_by, requested_by_id, approved_by, sender_id, sender_installation_id, permissions, granted_key,
      name_key
    ) values (
      ${row.id}, ${DEFAULT_APP}, ${row.platform}, ${row.organizationId}, ${row.organizationName}, ${row.kind},
      ${row.providerInstallationId}, ${row.clientId}, ${row.registration}, ${row.webhookSecret},
      false, 'unclaimed', ${row.installedBy}, ${row.installedById},
      ${row.requester?.name ?? null}, ${row.requester?.id ?? null},
      ${row.requester && row.installedBy}, ${row.installedById}, ${row.providerInstallationId},
      ${row.permissions ? sql.json(row.permissions) : null}, ${row.grantedKey},
      ${nameKeyOf(row.organizationName)}
    )
    on conflict do nothing
    returning id
  `;
  if (inserted.count === 0) {
    await updateSender(sql, row);
    return false;
  }
  const { platform, organizationId, organizationName } = row;
  await insertEvent(
    sql,
    {
      id: unclaimedEventId(row.id),
      type: "unclaimed",
      installationId: row.id,
      platform,
      organizationId,
      organizationName,
      reason: null,
      grantEndsAt: null,
    },
    { delaySeconds: CLAIM_SECONDS },
  );
  return true;
}

/**
 * Replaces the unclaimed installation of an organization, and keeps its id. Returns `undefined` if the
 * organization has none.
 */
export async function replaceUnclaimed(
  sql: Sql,
  row: SealedInstallation,
): Promise<Installation | undefined> {
  const { platform, organizationId } = row;
  const [unclaimed] = await sql<[{ readonly id: string }?]>`
    delete from installations
    where ${whereKey(sql, { platform, organizationId })} and inactive_reason = 'unclaimed'
    returning id
  `;
  if (!unclaimed) return undefined;
  await deleteUnclaimedEvent(sql, unclaimed.id);
  return insert(sql, { ...row, id: unclaimed.id }, onDuplicate(sql));
}

/** Deletes the event of an unclaimed installation that was connected or deleted. */
export async function deleteUnclaimedEvent(sql: Sql, installationId: string): Promise<void> {
  await sql`delete from pending_events where id = ${unclaimedEventId(installationId)}`;
}

/** Returns the id of the event, which an installation has once. */
function unclaimedEventId(installationId: string): string {
  return installationId.replace(/^inst-/, "evt-");
}
