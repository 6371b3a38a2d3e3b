import type { ServiceError } from "../../core/errors.ts";
import type { InstallResult } from "../../core/install/install-result.ts";
import { withResult } from "../../core/install/redirect-uri.ts";
import type { Platform } from "../../core/installation.ts";
import { log } from "../environment/log.ts";
import { count } from "../environment/metrics.ts";
import { logFailure } from "./endpoint.ts";
import type { HttpEvent } from "./event.ts";
import { dropLink } from "./link-cookie.ts";
import { organizationPage } from "./pages/organization-page.ts";
import { successPage } from "./pages/result-page.ts";
import { pendingPage } from "./pages/setup-page.ts";
import type { ViewOf } from "./pages/view.ts";
import {
  errorHtml,
  errorJson,
  formPage,
  json,
  page,
  prefersJson,
  type Reply,
  redirect,
} from "./reply.ts";
import type { InstallSuccess, OrganizationChoice, SetupPending } from "./responses.ts";

/** Returns the response that ends an install: JSON for a program, or a redirect or a page for a browser. */
export async function installReply(
  event: HttpEvent,
  result: InstallResult,
  views: ViewOf,
): Promise<Reply> {
  record(event, result);
  return prefersJson(event) ? jsonReply(event, result) : browserReply(event, result, views);
}

function record(event: HttpEvent, result: InstallResult): void {
  if (result.status === "error") {
    countError(result.platform, result.error);
    logFailure(event, result.error);
  }
  if (result.status !== "success") return;

  const { id, platform, organizationId } = result.installation;
  const created = result.webhookSecret !== undefined;
  count("Installs", { platform });
  log("installed", { installation_id: id, platform, organization_id: organizationId, created });
}

/** Counts what a browser reported apart from `Failures`: anybody can open the callback with an error. */
function countError(platform: Platform, { code, reason }: ServiceError): void {
  const isReported = code === "access_denied" || code === "authorization_failed";
  if (isReported) count("CallbackErrors", { platform, error: reason ?? code });
  else count("Failures", { code });
}

function jsonReply(event: HttpEvent, result: InstallResult): Reply {
  const { cookies, redirectUri } = result;
  if (result.status === "error") return errorJson(result.error, event, cookies);
  if (result.status === "waiting" || result.status === "pending") {
    return json<SetupPending>(200, { status: "pending" }, cookies);
  }
  if (result.status === "choose") {
    const organizations = result.organizations.map((organization) => ({
      id: organization.organizationId,
      name: organization.organizationName,
      url: organization.organizationUrl,
    }));
    return json<OrganizationChoice>(
      200,
      { status: "choose_organization", pending_id: result.pendingId, organizations },
      cookies,
    );
  }

  const { installation, webhookSecret } = result;
  const body: InstallSuccess = {
    status: "success",
    installation_id: installation.id,
    organization: installation.organizationName,
    webhook_secret: webhookSecret,
    redirect_uri: redirectUri,
  };
  return json(200, body, cookies);
}

async function browserReply(
  event: HttpEvent,
  result: InstallResult,
  views: ViewOf,
): Promise<Reply> {
  const { cookies, platform, redirectUri } = result;
  if (result.status === "error") {
    const { error, finishUrl, isConnect, isRequest } = result;
    if (redirectUri === null) {
      const finishHref = finishUrl?.href;
      return errorHtml(await views(event), error, event, {
        cookies,
        finishHref,
        isConnect,
        isRequest,
      });
    }
    const { requestId } = event.requestContext;
    const parameters = { status: "error", error: error.code, platform, request_id: requestId };
    return redirect(303, withResult(redirectUri, parameters), cookies);
  }
  if (result.status === "waiting") {
    return redirect(303, `waiting?${new URLSearchParams({ request: result.requestId })}`, cookies);
  }
  if (result.status === "pending") {
    const view = await views(event);
    return page(view, 200, pendingPage(view, platform), cookies);
  }
  if (result.status === "choose") {
    const view = await views(event);
    const html = organizationPage(view, platform, result);
    return formPage(view, html, redirectUri, cookies);
  }

  const { id, organizationName } = result.installation;
  if (redirectUri === null) {
    const view = await views(event);
    const html = successPage(view, platform, { organization: organizationName, id });
    return page(view, 200, html, [...cookies, ...dropLink(event)]);
  }
  const parameters = {
    status: "success",
    platform,
    installation_id: id,
    organization: organizationName,
  };
  return redirect(303, withResult(redirectUri, parameters), cookies);
}
