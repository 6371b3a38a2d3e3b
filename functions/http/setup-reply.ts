import { withResult } from "../../core/install/redirect-uri.ts";
import type { SetupResult } from "../../core/install/setup.ts";
import type { HttpEvent } from "./event.ts";
import { continuePage, pendingPage } from "./pages/setup-page.ts";
import { json, page, prefersJson, type Reply, redirect } from "./reply.ts";
import type { SetupPending } from "./responses.ts";

/** Returns the response to a return from the install page of a GitHub App. */
export function setupReply(event: HttpEvent, result: SetupResult): Reply {
  const { cookies, status } = result;
  if (status === "authorize") return redirect(302, result.location.href, cookies);
  if (status === "continue") return page(200, continuePage(result.query), cookies);

  if (prefersJson(event)) return json<SetupPending>(200, { status }, cookies);
  const { redirectUri } = result;
  if (redirectUri === null) return page(200, pendingPage(), cookies);
  return redirect(303, withResult(redirectUri, { status }), cookies);
}
