import { handleSetup } from "../core/install/setup.ts";
import { endpoint } from "./http/endpoint.ts";
import { errorHtml } from "./http/reply.ts";
import { readPageQuery } from "./http/request.ts";
import { SETUP_PARAMETERS } from "./http/requests/callback.ts";
import { setupReply } from "./http/setup-reply.ts";
import { flowStartDeps } from "./wiring/dependencies.ts";

const deps = await flowStartDeps();

/** `GET /oauth/github/setup` */
export const handler = endpoint(
  async (event) => {
    const { cookies = [] } = event;
    const parameters = readPageQuery(event, SETUP_PARAMETERS);
    return setupReply(event, await handleSetup(deps, { platform: "github", parameters, cookies }));
  },
  { failurePage: errorHtml },
);
