import { type InstallOutcome, install } from "../core/install.ts";
import { withResult } from "../core/redirect-uri.ts";
import { installDeps } from "./dependencies.ts";
import { endpoint, logFailure } from "./http.ts";
import { log } from "./log.ts";
import { count } from "./metrics.ts";
import { successPage } from "./pages/result-page.ts";
import {
  type Event,
  errorHtml,
  errorJson,
  json,
  page,
  prefersJson,
  type Reply,
  redirect,
} from "./reply.ts";
import { parsePlatform, readQuery } from "./request.ts";

const deps = await installDeps();

/** `GET /oauth/{platform}/callback` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const parameters = readQuery(event);
    const outcome = await install(deps, { platform, parameters, cookies: event.cookies ?? [] });
    record(event, outcome);
    return prefersJson(event) ? jsonReply(event, outcome) : browserReply(event, outcome);
  },
  { audience: "people" },
);

function record(event: Event, outcome: InstallOutcome): void {
  if (outcome.status === "error") {
    logFailure(event, outcome.error);
    return;
  }
  const { id, platform, organizationId } = outcome.installation;
  const created = outcome.webhookSecret !== undefined;
  count("Installs", { platform });
  log("installed", { installation_id: id, platform, organization_id: organizationId, created });
}

function jsonReply(event: Event, outcome: InstallOutcome): Reply {
  const { cookies, redirectUri } = outcome;
  if (outcome.status === "error") return errorJson(outcome.error, event, cookies);

  const { installation, webhookSecret } = outcome;
  const body = {
    status: "success",
    installation_id: installation.id,
    organization: installation.organizationName,
    webhook_secret: webhookSecret,
    redirect_uri: redirectUri,
  };
  return json(200, body, cookies);
}

function browserReply(event: Event, outcome: InstallOutcome): Reply {
  const { cookies, platform, redirectUri } = outcome;
  if (outcome.status === "error") {
    if (redirectUri === null) return errorHtml(outcome.error, event, cookies);
    const result = { status: "error", error: outcome.error.code };
    return redirect(303, withResult(redirectUri, result), cookies);
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
