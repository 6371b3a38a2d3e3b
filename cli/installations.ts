import * as v from "valibot";
import { parseResponse, type Target } from "./target/target.ts";

/** The largest page of the API. */
const PAGE_SIZE = 100;

/** The fields of an installation that commands print. */
const Installation = v.looseObject({
  id: v.string(),
  platform: v.string(),
  organization_id: v.string(),
  organization_name: v.string(),
  is_active: v.boolean(),
  inactive_reason: v.nullable(v.string()),
  grant_ends_at: v.nullable(v.string()),
  last_refresh_error: v.nullable(v.string()),
  installed_at: v.string(),
  updated_at: v.string(),
});
export type Installation = v.InferOutput<typeof Installation>;

const Page = v.object({ items: v.array(Installation), next_cursor: v.nullable(v.string()) });

export interface InstallationList {
  readonly items: readonly Installation[];
  readonly nextCursor: string | null;
}

/** Returns the newest installations that match, page by page, up to a limit. */
export async function listInstallations(
  { get }: Target,
  {
    filter = {},
    limit = Number.POSITIVE_INFINITY,
  }: {
    readonly filter?: Readonly<Record<string, string>>;
    readonly limit?: number | undefined;
  } = {},
): Promise<InstallationList> {
  const items: Installation[] = [];
  let cursor: string | null = null;
  do {
    const query: Record<string, string> = {
      ...filter,
      limit: String(Math.min(PAGE_SIZE, limit - items.length)),
      ...(cursor !== null && { cursor }),
    };
    const page = parseResponse(Page, await get("/installations", query), "GET /installations");
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor };
}
