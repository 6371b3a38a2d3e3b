import type { SetupResult } from "../../core/install/setup.ts";
import type { Platform } from "../../core/installation.ts";
import type { HttpEvent } from "./event.ts";
import { continuePage, pendingPage } from "./pages/setup-page.ts";
import type { ViewOf } from "./pages/view.ts";
import { json, page, prefersJson, type Reply, redirect } from "./reply.ts";
import type { SetupPending } from "./responses.ts";

/** Returns the response to a return from the install page of a GitHub App. */
export async function setupReply(
  event: HttpEvent,
  { platform, result }: { platform: Platform; result: SetupResult },
  views: ViewOf,
): Promise<Reply> {
  const { cookies, status } = result;
  if (status === "authorize") return redirect(302, result.location.href, cookies);
  if (status === "pending" && prefersJson(event)) {
    return json<SetupPending>(200, { status }, cookies);
  }
  const view = await views(event);
  const content =
    status === "continue"
      ? continuePage(view, platform, result.query)
      : pendingPage(view, platform);
  return page(view, 200, content, cookies);
}
