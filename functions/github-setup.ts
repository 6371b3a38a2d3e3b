import { handleSetup } from "../core/install/setup.ts";
import { endpoint } from "./http/endpoint.ts";
import { failurePage } from "./http/reply.ts";
import { readPageQuery } from "./http/request.ts";
import { SETUP_PARAMETERS } from "./http/requests/callback.ts";
import { setupReply } from "./http/setup-reply.ts";
import { flowStartDeps, pageViews } from "./wiring/dependencies.ts";

const PLATFORM = "github";

const deps = await flowStartDeps();
const views = pageViews();

/** `GET /oauth/github/setup` */
export const handler = endpoint(
  async (event) => {
    const { cookies = [] } = event;
    const parameters = readPageQuery(event, SETUP_PARAMETERS);
    const result = await handleSetup(deps, { platform: PLATFORM, parameters, cookies });
    return setupReply(event, { platform: PLATFORM, result }, views);
  },
  { failurePage: failurePage(views) },
);
