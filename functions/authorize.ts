import { authorize } from "../core/install/authorize.ts";
import { endpoint } from "./http/endpoint.ts";
import { failurePage, redirect } from "./http/reply.ts";
import { parsePageQuery, parsePlatform } from "./http/request.ts";
import { AuthorizeQuery, PLATFORM_PARAMETERS } from "./http/requests/authorize.ts";
import { flowStartDeps, pageViews } from "./wiring/dependencies.ts";

const deps = await flowStartDeps();
const views = pageViews();

/** `GET /oauth/{platform}/authorize` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const {
      redirect_uri: redirectUri,
      link,
      nonce,
      connect,
      request,
    } = parsePageQuery(AuthorizeQuery, event, PLATFORM_PARAMETERS);
    const { cookies = [] } = event;
    const flow = await authorize(deps, {
      platform,
      redirectUri,
      link,
      nonce,
      request,
      connects: connect !== undefined,
      cookies,
    });
    return redirect(302, flow.location.href, flow.cookies);
  },
  { failurePage: failurePage(views) },
);
