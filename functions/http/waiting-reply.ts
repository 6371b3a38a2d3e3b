import type { CheckedRequest } from "../../core/install/check-request.ts";
import { withResult } from "../../core/install/redirect-uri.ts";
import type { HttpEvent } from "./event.ts";
import { successPage } from "./pages/result-page.ts";
import type { ViewOf } from "./pages/view.ts";
import { WAITING_SCRIPT, waitingPage } from "./pages/waiting-page.ts";
import { json, page, prefersJson, type Reply, redirect, scriptPage } from "./reply.ts";
import type { RequestStatus } from "./responses.ts";

/** Returns the response about a member's request: its status for the script of the page, or a page. */
export async function waitingReply(
  event: HttpEvent,
  checked: CheckedRequest,
  views: ViewOf,
): Promise<Reply> {
  const { status, request, redirectUri } = checked;
  if (prefersJson(event)) return json<RequestStatus>(200, { status });
  const view = await views(event);
  if (status !== "finished") {
    return scriptPage(view, waitingPage(view, checked), WAITING_SCRIPT);
  }
  const { id, platform, organizationName: organization } = checked.installation;
  if (redirectUri === null)
    return page(view, 200, successPage(view, platform, { organization, id }));
  const result = {
    status: "success",
    platform: request.platform,
    installation_id: id,
    organization,
  };
  return redirect(303, withResult(redirectUri, result));
}
