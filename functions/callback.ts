import { handleCallback } from "../core/install/callback.ts";
import { handleSetup } from "../core/install/setup.ts";
import { endpoint } from "./http/endpoint.ts";
import { installReply } from "./http/install-reply.ts";
import { failurePage } from "./http/reply.ts";
import { parsePlatform, readPageQuery } from "./http/request.ts";
import { CALLBACK_PARAMETERS } from "./http/requests/callback.ts";
import { setupReply } from "./http/setup-reply.ts";
import { callbackDeps, pageViews } from "./wiring/dependencies.ts";

const deps = await callbackDeps();
const views = pageViews();

/** `GET /oauth/{platform}/callback` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const parameters = readPageQuery(event, CALLBACK_PARAMETERS);
    const input = { platform, parameters, cookies: event.cookies ?? [] };
    // With "Request user authorization during installation", GitHub sends its install page's result here.
    if (input.parameters.has("setup_action"))
      return setupReply(event, { platform, result: await handleSetup(deps, input) }, views);
    return installReply(event, await handleCallback(deps, input), views);
  },
  { failurePage: failurePage(views) },
);
