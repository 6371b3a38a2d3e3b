import { install } from "../core/install/callback.ts";
import { setUp } from "../core/install/setup.ts";
import { installDeps } from "./dependencies.ts";
import { endpoint } from "./http.ts";
import { installReply } from "./install-reply.ts";
import { errorHtml } from "./reply.ts";
import { parsePlatform, readQuery } from "./request.ts";
import { setupReply } from "./setup-reply.ts";

const deps = await installDeps();

/** `GET /oauth/{platform}/callback` */
export const handler = endpoint(
  async (event) => {
    const platform = parsePlatform(event);
    const input = { platform, parameters: readQuery(event), cookies: event.cookies ?? [] };
    // With "Request user authorization during installation", GitHub sends its install page's result here.
    if (input.parameters.has("setup_action")) return setupReply(event, await setUp(deps, input));
    return installReply(event, await install(deps, input));
  },
  { failurePage: errorHtml },
);
