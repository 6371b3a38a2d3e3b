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

/** Returns the newest items of a list, page by page, up to a limit. */
export async function readPages<const Item extends v.GenericSchema>(
  { get }: Target,
  { path, item, filter = {}, limit = Number.POSITIVE_INFINITY }: List<Item>,
): Promise<{ items: readonly v.InferOutput<Item>[]; nextCursor: string | null }> {
  const Page = v.object({ items: v.array(item), next_cursor: v.nullable(v.string()) });
  const items: v.InferOutput<Item>[] = [];
  let cursor: string | null = null;
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
  } while (cursor !== null && items.length < limit);
  return { items, nextCursor: cursor };
}
