import type { InstallResult } from "../../core/install/install-result.ts";
import { withResult } from "../../core/install/redirect-uri.ts";
import { log } from "../environment/log.ts";
import { count } from "../environment/metrics.ts";
import { logFailure } from "./endpoint.ts";
import type { HttpEvent } from "./event.ts";
import { choicePage } from "./pages/choice-page.ts";
import { successPage } from "./pages/result-page.ts";
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
import type { InstallSuccess, SiteChoice } from "./responses.ts";

/** Answers the end of a flow: JSON for programs, else a redirect where one was asked for, else a page. */
export function installReply(event: HttpEvent, outcome: InstallResult): Reply {
  record(event, outcome);
  return prefersJson(event) ? jsonReply(event, outcome) : browserReply(event, outcome);
}

function record(event: HttpEvent, outcome: InstallResult): void {
  if (outcome.status === "error") logFailure(event, outcome.error);
  if (outcome.status !== "success") return;

  const { id, platform, organizationId } = outcome.installation;
  const created = outcome.webhookSecret !== undefined;
  count("Installs", { platform });
  log("installed", { installation_id: id, platform, organization_id: organizationId, created });
}

function jsonReply(event: HttpEvent, outcome: InstallResult): Reply {
  const { cookies, redirectUri } = outcome;
  if (outcome.status === "error") return errorJson(outcome.error, event, cookies);
  if (outcome.status === "choose") {
    const sites = outcome.organizations.map((organization) => ({
      id: organization.organizationId,
      name: organization.organizationName,
      url: organization.organizationUrl,
    }));
    return json<SiteChoice>(
      200,
      { status: "choose_site", pending_id: outcome.pendingId, sites },
      cookies,
    );
  }

  const { installation, webhookSecret } = outcome;
  const body: InstallSuccess = {
    status: "success",
    installation_id: installation.id,
    organization: installation.organizationName,
    webhook_secret: webhookSecret,
    redirect_uri: redirectUri,
  };
  return json(200, body, cookies);
}

function browserReply(event: HttpEvent, outcome: InstallResult): Reply {
  const { cookies, platform, redirectUri } = outcome;
  if (outcome.status === "error") {
    if (redirectUri === null) return errorHtml(outcome.error, event, cookies);
    const result = { status: "error", error: outcome.error.code };
    return redirect(303, withResult(redirectUri, result), cookies);
  }
  if (outcome.status === "choose") {
    const html = choicePage(platform, outcome.pendingId, outcome.organizations);
    return formPage(html, redirectUri, cookies);
  }

  const { id, organizationName } = outcome.installation;
  if (redirectUri === null) return page(200, successPage(platform, organizationName, id), cookies);
  const result = {
    status: "success",
    platform,
    installation_id: id,
    organization: organizationName,
  };
  return redirect(303, withResult(redirectUri, result), cookies);
}
