import { json, noContent, type PlatformRequest, type Reply } from "../http.ts";
import type { PlatformRoute } from "../router.ts";
import { refuseAppJwt } from "./app-jwt.ts";
import type { GithubAppContext } from "./context.ts";
import { restError } from "./errors.ts";
import { toInstallation, toInstallationRequest } from "./installation-shape.ts";
import {
  findInstallation,
  installationsOf,
  requestsOf,
  suspend,
  uninstall,
  unsuspend,
} from "./installations.ts";
import { mintInstallationToken } from "./mint-token.ts";
import { pageReply } from "./pagination.ts";
import type { Installation } from "./records.ts";
import { botLogin, toNodeId, toSimpleUser } from "./simple-account.ts";

/**
 * What an App may do by its own signature.
 *
 * @see [GitHub Apps](https://docs.github.com/en/rest/apps/apps)
 */
export function appRoutes(github: GithubAppContext): PlatformRoute<Reply>[] {
  const installation = "/api/app/installations/{id}";
  const suspended = `${installation}/suspended` as const;
  const tokens = `${installation}/access_tokens` as const;
  return [
    { method: "GET", path: "/api/app", handle: asApp(github, showApp) },
    { method: "GET", path: "/api/app/installations", handle: asApp(github, listInstallations) },
    { method: "GET", path: "/api/app/installation-requests", handle: asApp(github, listRequests) },
    { method: "GET", path: installation, handle: onInstallation(github, showInstallation) },
    { method: "DELETE", path: installation, handle: onInstallation(github, deleteInstallation) },
    { method: "PUT", path: suspended, handle: onInstallation(github, suspendInstallation) },
    { method: "DELETE", path: suspended, handle: onInstallation(github, unsuspendInstallation) },
    { method: "POST", path: tokens, handle: onInstallation(github, mintInstallationToken) },
  ];
}

function asApp(
  github: GithubAppContext,
  handle: (github: GithubAppContext, request: PlatformRequest) => Reply,
) {
  return (request: PlatformRequest): Reply =>
    refuseAppJwt(github, request) ?? handle(github, request);
}

function onInstallation(
  github: GithubAppContext,
  handle: (github: GithubAppContext, found: Installation, request: PlatformRequest) => Reply,
) {
  return (request: PlatformRequest, { id }: Readonly<Record<string, string>>): Reply => {
    const refusal = refuseAppJwt(github, request);
    if (refusal) return refusal;
    const found = findInstallation(github, Number(id));
    return found ? handle(github, found, request) : restError(404, "Not Found");
  };
}

/** @see [Get the authenticated app](https://docs.github.com/en/rest/apps/apps#get-the-authenticated-app) */
function showApp(github: GithubAppContext): Reply {
  const { app, registration } = github;
  return json(200, {
    id: app.appId,
    slug: app.slug,
    node_id: toNodeId("Integration", app.appId),
    client_id: registration.clientId,
    owner: toSimpleUser(github, "octocat"),
    name: registration.appName,
    description: "",
    external_url: new URL(app.setupUrl).origin,
    html_url: `${github.url}/apps/${app.slug}`,
    created_at: "2024-01-02T03:04:05Z",
    updated_at: "2024-01-02T03:04:05Z",
    permissions: app.permissions,
    events: [],
    installations_count: installationsOf(github).length,
  });
}

function listInstallations(github: GithubAppContext, request: PlatformRequest): Reply {
  return pageReply(github, request, installationsOf(github), (page) =>
    page.map((installation) => toInstallation(github, installation)),
  );
}

function listRequests(github: GithubAppContext, request: PlatformRequest): Reply {
  return pageReply(github, request, requestsOf(github), (page) =>
    page.map((wish) => toInstallationRequest(github, wish)),
  );
}

function showInstallation(github: GithubAppContext, installation: Installation): Reply {
  return json(200, toInstallation(github, installation));
}

function deleteInstallation(github: GithubAppContext, installation: Installation): Reply {
  uninstall(github, installation, botLogin(github.app));
  return noContent();
}

function suspendInstallation(github: GithubAppContext, installation: Installation): Reply {
  if (!installation.suspended) suspend(github, installation, botLogin(github.app));
  return noContent();
}

function unsuspendInstallation(github: GithubAppContext, installation: Installation): Reply {
  if (installation.suspended) unsuspend(github, installation, botLogin(github.app));
  return noContent();
}
