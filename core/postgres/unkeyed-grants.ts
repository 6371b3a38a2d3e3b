import { type Granted, grantedKey } from "../grants/granted-key.ts";
import type { Sql } from "./connection.ts";
import { permissionsColumn } from "./granted-columns.ts";

/** A grant without a key, as it is stored. */
type UnkeyedRow = Granted & {
  readonly id: string;
  readonly storedScopes: string;
  readonly storedPermissions: string;
};

/**
 * Stores the keys of a batch of grants that have none, and returns of how many. The key of a grant that is not
 * known is empty, so that the next batch does not find it again.
 */
export async function keyGrants(sql: Sql, limit: number): Promise<{ readonly count: number }> {
  const rows = await sql<UnkeyedRow[]>`
    select
      id,
      platform,
      kind,
      client_id as "clientId",
      scopes,
      ${permissionsColumn(sql)},
      scopes::text as "storedScopes",
      coalesce(permissions, '{}'::jsonb)::text as "storedPermissions"
    from installations
    where granted_key is null
    order by is_active, id
    limit ${limit}
  `;
  if (rows.length > 0) await storeKeys(sql, rows);
  return { count: rows.length };
}

/** Stores keys, unless the grant was changed since it was read: by a release before, too, which stores none. */
async function storeKeys(sql: Sql, rows: readonly UnkeyedRow[]): Promise<void> {
  const keyed = rows.map(({ id, kind, clientId, storedScopes, storedPermissions, ...grant }) => {
    const key = grantedKey({ ...grant, kind, clientId }) ?? "";
    return { id, key, kind, clientId, storedScopes, storedPermissions };
  });
  await sql`
    update installations set granted_key = keyed.key
    from jsonb_to_recordset(${sql.json(keyed)}) as keyed (
      id text,
      key text,
      kind text,
      "clientId" text,
      "storedScopes" text,
      "storedPermissions" text
    )
    where installations.id = keyed.id
      and installations.granted_key is null
      and installations.kind = keyed.kind
      and installations.client_id = keyed."clientId"
      and installations.scopes::text = keyed."storedScopes"
      and coalesce(installations.permissions, '{}'::jsonb)::text = keyed."storedPermissions"
  `;
}
