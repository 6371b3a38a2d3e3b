import type { CheckedRequest } from "../../core/install/check-request.ts";
import { withResult } from "../../core/install/redirect-uri.ts";
import { count } from "../environment/metrics.ts";
import { logFailure } from "./endpoint.ts";
import type { HttpEvent } from "./event.ts";
import { successPage } from "./pages/result-page.ts";
import type { ViewOf } from "./pages/view.ts";
import { WAITING_SCRIPT, waitingPage } from "./pages/waiting-page.ts";
import {
  errorHtml,
  errorJson,
  json,
  page,
  prefersJson,
  type Reply,
  redirect,
  scriptPage,
} from "./reply.ts";
import type { RequestStatus } from "./responses.ts";

/** Returns the response about a member's request: its status for the script of the page, or a page. */
export async function waitingReply(
  event: HttpEvent,
  checked: CheckedRequest,
  views: ViewOf,
): Promise<Reply> {
  const { request, redirectUri } = checked;
  if (checked.status === "refused") return refusal(event, checked, views);
  const { status } = checked;
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

async function refusal(
  event: HttpEvent,
  { error, request, redirectUri }: Extract<CheckedRequest, { status: "refused" }>,
  views: ViewOf,
): Promise<Reply> {
  count("Failures", { code: error.code });
  logFailure(event, error);
  if (prefersJson(event)) return errorJson(error, event);
  if (redirectUri === null) return errorHtml(await views(event), error, event);
  const { requestId } = event.requestContext;
  const { platform } = request;
  const result = { status: "error", error: error.code, platform, request_id: requestId };
  return redirect(303, withResult(redirectUri, result));
}
