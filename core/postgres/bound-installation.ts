import type { FlowMetadata } from "../metadata.ts";
import type { BoundInstallation } from "../ports/rebinding.ts";
import type { OrganizationKey } from "../sealing/sealed-columns.ts";
import type { Sql } from "./connection.ts";
import { whereKey } from "./installation-statements.ts";

/** Returns what decides whether an install may change the installation of its organization. */
export async function selectBound(
  sql: Sql,
  { platform, organizationId }: OrganizationKey,
  customer: FlowMetadata,
): Promise<BoundInstallation | undefined> {
  const [bound] = await sql<[BoundInstallation?]>`
    select
      id,
      ${hasEnded(sql)} as "hasEnded",
      ${isSameCustomer(sql, customer)} as "isSameCustomer",
      installed_by_id as "installedById",
      ${isUnclaimed(sql)} as "isUnclaimed"
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
  }: BoundInstallation,
  customer: FlowMetadata,
) {
  return sql`
    installations.id = ${id}
    and ${hasEnded(sql)} = ${ended}
    and ${isUnclaimed(sql)} = ${unclaimed}
    and ${isSameCustomer(sql, customer)} = ${same}
    and coalesce(installations.installed_by_id, '') = ${installedById ?? ""}
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
