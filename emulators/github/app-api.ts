import type { MiddlewareHandler } from "hono";
import {
  createApp,
  type EmulatorApp,
  type EmulatorEnv,
  jsonResponse,
  type RequestContext,
} from "../http.ts";
import { refuseAppJwt } from "./app-jwt.ts";
import { toApp } from "./app-shape.ts";
import type { GithubAppContext } from "./context.ts";
import { restError } from "./errors.ts";
import { toInstallation, toInstallationRequest } from "./installation-shape.ts";
import {
  findInstallationById,
  installationsOf,
  removeInstallation,
  requestsOf,
  suspend,
  unsuspend,
} from "./installations.ts";
import { handleMintRequest } from "./mint-token.ts";
import { pageResponse } from "./pagination.ts";
import type { EmulatedInstallation } from "./records.ts";
import { botLogin } from "./simple-account.ts";
import { addHookApi } from "./webhooks/hook-api.ts";

/**
 * Creates the routes that an App calls with its own JWT.
 *
 * @see [GitHub Apps](https://docs.github.com/en/rest/apps/apps)
 */
export function createAppApi(github: GithubAppContext): EmulatorApp {
  const api = createApp();
  api.use(requireAppJwt(github));
  api.get("/", () => {
    const installations_count = installationsOf(github).length;
    return jsonResponse(200, { ...toApp(github), installations_count });
  });
  api.get("/installations", (c) => listInstallations(github, c));
  api.get("/installation-requests", (c) => listRequests(github, c));

  addHookApi(api, github);

  type Handle = (installation: EmulatedInstallation, c: RequestContext) => Response;
  const onInstallation = (handle: Handle) => (c: RequestContext) => {
    const found = findInstallationById(github, Number(c.req.param("id")));
    return found ? handle(found, c) : restError(404, "Not Found");
  };
  api.get(
    "/installations/:id",
    onInstallation((found) => jsonResponse(200, toInstallation(github, found))),
  );
  api.delete(
    "/installations/:id",
    onInstallation((found, c) => {
      removeInstallation(github, found, botLogin(github.app));
      return c.body(null, 204);
    }),
  );
  api.put(
    "/installations/:id/suspended",
    onInstallation((found, c) => {
      if (!found.suspended) suspend(github, found, botLogin(github.app));
      return c.body(null, 204);
    }),
  );
  api.delete(
    "/installations/:id/suspended",
    onInstallation((found, c) => {
      if (found.suspended) unsuspend(github, found, botLogin(github.app));
      return c.body(null, 204);
    }),
  );
  api.post(
    "/installations/:id/access_tokens",
    onInstallation((found, c) => handleMintRequest(github, found, c)),
  );
  return api;
}

function requireAppJwt(github: GithubAppContext): MiddlewareHandler<EmulatorEnv> {
  return async (c, next) => refuseAppJwt(github, c) ?? next();
}

function listInstallations(github: GithubAppContext, c: RequestContext): Response {
  return pageResponse(github, c, installationsOf(github), (page) =>
    page.map((installation) => toInstallation(github, installation)),
  );
}

function listRequests(github: GithubAppContext, c: RequestContext): Response {
  return pageResponse(github, c, requestsOf(github), (page) =>
    page.map((request) => toInstallationRequest(github, request)),
  );
}
