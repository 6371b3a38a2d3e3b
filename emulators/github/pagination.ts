import { jsonResponse, type RequestContext } from "../http.ts";
import type { GithubContext } from "./context.ts";

const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;

/**
 * Returns one page of a list, with a `Link` header to the others. `toBody` converts the page.
 *
 * @see [Using pagination](https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api)
 */
export function pageResponse<Item>(
  { url }: Pick<GithubContext, "url">,
  c: RequestContext,
  items: readonly Item[],
  toBody: (page: Item[]) => unknown,
): Response {
  const query = c.req.query();
  const perPage = Math.min(readCount(query.per_page, DEFAULT_PER_PAGE), MAX_PER_PAGE);
  const page = readCount(query.page, 1);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const shown = items.slice((page - 1) * perPage, page * perPage);

  const relations = [
    ...(page > 1 ? ([["prev", page - 1]] as const) : []),
    ...(page < last
      ? ([
          ["next", page + 1],
          ["last", last],
        ] as const)
      : []),
    ...(page > 1 ? ([["first", 1]] as const) : []),
  ];
  const links = relations.map(([relation, number]) => {
    const parameters = new URLSearchParams({ ...query, page: String(number) });
    return `<${new URL(url).origin}${c.req.path}?${parameters}>; rel="${relation}"`;
  });
  return jsonResponse(200, toBody(shown), links.length === 0 ? {} : { link: links.join(", ") });
}

function readCount(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^[1-9]\d{0,5}$/.test(text) ? Number(text) : otherwise;
}
