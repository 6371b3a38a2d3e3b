import type { Installation } from "../installation.ts";
import type { FlowMetadata } from "../metadata.ts";
import type { BoundInstallation } from "../ports/rebinding.ts";
import type { OrganizationKey } from "../sealing/sealed-columns.ts";
import type { Sql } from "./connection.ts";
import { permissionsColumn } from "./granted-columns.ts";
import { whereKey } from "./installation-statements.ts";

/** An installation with its grant. */
export type BoundRow = BoundInstallation &
  Pick<Installation, "metadata" | "scopes" | "permissions"> & {
    readonly grantedKey: string | null;
    readonly customer: string | null;
  };

/** Returns what decides whether an install may change the installation of its organization. */
export async function selectBound(
  sql: Sql,
  { platform, organizationId }: OrganizationKey,
  customer: FlowMetadata,
): Promise<BoundRow | undefined> {
  const [bound] = await sql<[BoundRow?]>`
    select
      id,
      ${hasEnded(sql)} as "hasEnded",
      ${isSameCustomer(sql, customer)} as "isSameCustomer",
      installed_by_id as "installedById",
      ${isUnclaimed(sql)} as "isUnclaimed",
      granted_key as "grantedKey",
      metadata,
      customer,
      scopes,
      ${permissionsColumn(sql)}
    from installations
    where ${whereKey(sql, { platform, organizationId })}
  `;
  return bound;
}

/** Returns the condition that a row is still as `selectBound` has read it. */
export function whereStill(
  sql: Sql,
  {
    id,
    hasEnded: ended,
    isSameCustomer: same,
    installedById,
    isUnclaimed: unclaimed,
    grantedKey,
  }: BoundRow,
  customer: FlowMetadata,
) {
  return sql`
    installations.id = ${id}
    and ${hasEnded(sql)} = ${ended}
    and ${isUnclaimed(sql)} = ${unclaimed}
    and ${isSameCustomer(sql, customer)} = ${same}
    and coalesce(installations.installed_by_id, '') = ${installedById ?? ""}
    and coalesce(installations.granted_key, '') = ${grantedKey ?? ""}
  `;
}

/** Nobody can be deprived of a grant that has ended. One that is disabled or suspended has not. */
function hasEnded(sql: Sql) {
  return sql`
    (coalesce(installations.inactive_reason, '') in ('uninstalled', 'reauthorization_required'))
  `;
}

function isUnclaimed(sql: Sql) {
  return sql`(coalesce(installations.inactive_reason, '') = 'unclaimed')`;
}

function isSameCustomer(sql: Sql, customer: FlowMetadata) {
  return sql`(installations.metadata @> ${sql.json(customer)})`;
}
