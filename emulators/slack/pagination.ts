/** The cursor and the size of a page. */
interface PageFields {
  readonly cursor: string;
  readonly limit: number;
}

/**
 * Returns a page of a list and the cursor of the next one, or `undefined` for an invalid cursor.
 *
 * @see [Pagination](https://docs.slack.dev/apis/web-api/pagination)
 */
export function pageOf<Item>(all: readonly Item[], { cursor, limit }: PageFields) {
  const start = Number(Buffer.from(cursor, "base64").toString() || 0);
  if (!Number.isInteger(start) || start < 0) return undefined;
  const end = start + limit;
  const next_cursor = end < all.length ? Buffer.from(String(end)).toString("base64") : "";
  return { items: all.slice(start, end), response_metadata: { next_cursor } };
}
