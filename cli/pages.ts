import * as v from "valibot";
import { parseResponse, type Target } from "./target/target.ts";

/** The largest page of the API. */
const PAGE_SIZE = 100;

/** A list of the API: its path, its filter, and the fields of its items that a command prints. */
interface List<Item extends v.GenericSchema> {
  readonly path: string;
  readonly item: Item;
  readonly filter?: Readonly<Record<string, string>>;
  readonly limit?: number | undefined;
}

/** The items of a list, as far as they were read. */
export interface PagedList<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  /** Whether the list leaves out installations, because their scopes or permissions are not known. */
  readonly hasUnknown: boolean;
}

/** Returns the newest items of a list, page by page, up to a limit. */
export async function readPages<const Item extends v.GenericSchema>(
  { get }: Target,
  { path, item, filter = {}, limit = Number.POSITIVE_INFINITY }: List<Item>,
): Promise<PagedList<v.InferOutput<Item>>> {
  const Page = v.object({
    items: v.array(item),
    next_cursor: v.nullable(v.string()),
    has_unknown: v.optional(v.boolean(), false),
  });
  const items: v.InferOutput<Item>[] = [];
  let cursor: string | null = null;
  let hasUnknown = false;
  do {
    const query: Record<string, string> = {
      ...filter,
      limit: String(Math.min(PAGE_SIZE, limit - items.length)),
      ...(cursor !== null && { cursor }),
    };
    const page: v.InferOutput<typeof Page> = parseResponse(
      Page,
      await get(path, query),
      `GET ${path}`,
    );
    items.push(...page.items);
    cursor = page.next_cursor;
    hasUnknown ||= page.has_unknown;
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor, hasUnknown };
}
