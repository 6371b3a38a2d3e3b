import type { Installation } from "../installation.ts";
import type { SenderKey, UnclaimedInstallation } from "../ports/installation-repository.ts";
import type { Sql } from "./connection.ts";
import { installationColumns } from "./installation-columns.ts";
import { whereKey } from "./installation-statements.ts";

/** Stores who installed the App with the row that the organization has. */
export async function updateSender(
  sql: Sql,
  { platform, organizationId, installedById, providerInstallationId }: UnclaimedInstallation,
): Promise<void> {
  await sql`
    update installations set
      sender_id = ${installedById},
      sender_installation_id = ${providerInstallationId}
    where ${whereKey(sql, { platform, organizationId })}
  `;
}

/** Returns the id of the person who installed the App. */
export async function selectSender(
  sql: Sql,
  { platform, organizationId, providerInstallationId }: SenderKey,
): Promise<string | undefined> {
  const [row] = await sql<[{ readonly id: string | null }?]>`
    select sender_id as id
    from installations
    where ${whereKey(sql, { platform, organizationId })}
      and sender_installation_id = ${providerInstallationId}
  `;
  return row?.id ?? undefined;
}

/** The people that the signed webhook of an installation named. */
interface Origin extends Pick<Installation, "requestedBy" | "requestedById" | "approvedBy"> {
  readonly senderId: string | null;
  readonly senderInstallationId: string | null;
}

/** Returns who requested, approved and installed the App. */
export async function selectOrigin(sql: Sql, id: string): Promise<Origin | undefined> {
  const [origin] = await sql<[Origin?]>`
    select
      requested_by as "requestedBy",
      requested_by_id as "requestedById",
      approved_by as "approvedBy",
      sender_id as "senderId",
      sender_installation_id as "senderInstallationId"
    from installations
    where id = ${id}
  `;
  return origin;
}

/** Stores the origin of an installation with the row that replaces it. */
export async function keepOrigin(
  sql: Sql,
  id: string,
  origin: Origin,
): Promise<Installation | undefined> {
  const [installation] = await sql<[Installation?]>`
    update installations set
      requested_by = ${origin.requestedBy},
      requested_by_id = ${origin.requestedById},
      approved_by = ${origin.approvedBy},
      sender_id = ${origin.senderId},
      sender_installation_id = ${origin.senderInstallationId}
    where id = ${id}
    returning ${installationColumns(sql)}
  `;
  return installation;
}
