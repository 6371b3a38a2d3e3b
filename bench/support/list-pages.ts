import type postgres from "postgres";
import type { InstallationFilter } from "../../core/installation.ts";
import type { InstallationReader } from "../../core/ports/installation-repository.ts";

export const LIMIT = 50;
export const DEEP_PAGE = 10_000;

/** Returns the last id before the deep page of a list, which is the cursor of that page. */
export async function findDeepPage(sql: postgres.Sql, filter: InstallationFilter): Promise<string> {
  const platform = filter.platform ?? null;
  const isActive = filter.isActive ?? null;
  const [row] = await sql<[{ id: string }?]>`
    select id
    from installations
    where (${platform}::text is null or platform = ${platform})
      and (${isActive}::boolean is null or is_active = ${isActive})
    order by id desc
    offset ${LIMIT * (DEEP_PAGE - 1) - 1}
    limit 1
  `;
  if (!row) throw new Error("The list has too few pages.");
  return row.id;
}

/** Returns the milliseconds that it takes to read a full page. */
export async function timePage(
  reader: InstallationReader,
  filter: InstallationFilter,
  before?: string,
): Promise<number> {
  const start = performance.now();
  const { items } = await reader.list(filter, { limit: LIMIT, before });
  const elapsedMs = performance.now() - start;
  if (items.length !== LIMIT) throw new Error("The page is not full.");
  return elapsedMs;
}
