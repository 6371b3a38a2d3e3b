import { withResult } from "../../core/install/redirect-uri.ts";
import type { SetupResult } from "../../core/install/setup.ts";
import type { HttpEvent } from "./event.ts";
import { continuePage, pendingPage } from "./pages/setup-page.ts";
import { json, page, prefersJson, type Reply, redirect } from "./reply.ts";
import type { SetupPending } from "./responses.ts";

/** Answers a return from a GitHub App's install page. */
export function setupReply(event: HttpEvent, outcome: SetupResult): Reply {
  const { cookies, status } = outcome;
  if (status === "authorize") return redirect(302, outcome.location.href, cookies);
  if (status === "continue") return page(200, continuePage(outcome.query), cookies);

  if (prefersJson(event)) return json<SetupPending>(200, { status }, cookies);
  const { redirectUri } = outcome;
  if (redirectUri === null) return page(200, pendingPage(), cookies);
  return redirect(303, withResult(redirectUri, { status }), cookies);
}
