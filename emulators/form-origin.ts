import type { RequestContext } from "./http.ts";
import { type PageResponse, renderMessage } from "./page.ts";

/**
 * Handles a form that is not bound to a pending request, unless a page of another site sent it. Browsers
 * set `Sec-Fetch-Site`; other clients do not.
 */
export function withOwnForm(
  c: RequestContext,
  platform: string,
  handle: () => PageResponse,
): PageResponse {
  const site = c.req.header("sec-fetch-site") ?? "same-origin";
  if (site === "same-origin") return handle();
  const text = "This form was sent by a page of another site.";
  return renderMessage(c, 403, { platform, title: "Not allowed", text });
}
